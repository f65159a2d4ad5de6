#!/bin/sh
# The whole job in four commands, in the sandbox: npm run demo
# Against a real account the same commands do the same; only the scene is set by other means.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/prepare.sh"

say '1. Store the password. It comes through a pipe, never as an argument.'
printf '$ %s\n' 'printf %s "$DB_PASSWORD" | ecs-secrets put /shop/prod/db-password'
printf %s 'correct-horse-battery' | ecs-secrets put /shop/prod/db-password
run ecs-secrets put sm:shop/prod/splunk-token --generate

say '2. Create the execution role: it may read these two secrets and nothing else.'
run ecs-secrets role create shop-execution \
  --secret /shop/prod/db-password --secret sm:shop/prod/splunk-token

say '3. Register the task definition, with references in place of values.'
run ecs-secrets register "$here/web.task-definition.json" \
  --secret DATABASE_PASSWORD=/shop/prod/db-password \
  --secret-option splunk-token=sm:shop/prod/splunk-token \
  --execution-role shop-execution

say 'A service starts from it (aws ecs create-service); ECS gives its containers the password.'
node "$here/scene.mjs" create-service shop web web
node "$here/scene.mjs" environment shop web

say '4. Rotate: a new password, and new tasks that hold it.'
run ecs-secrets rotate /shop/prod/db-password --generate 40 --redeploy

say 'What the containers hold now:'
node "$here/scene.mjs" environment shop web

say 'That was all. Next: ecs-secrets --help'
