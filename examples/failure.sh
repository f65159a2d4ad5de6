#!/bin/sh
# A bad password, rolled back: npm run demo:failure
# The container exits unless its password has 12 characters or more, as one does that cannot log in.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/prepare.sh"

say 'A service that works: a password, a role, a task definition.'
printf %s 'correct-horse-battery' | ecs-secrets put /shop/prod/db-password
ecs-secrets role create shop-execution --secret /shop/prod/db-password >/dev/null
node -e '
  const definition = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
  definition.containerDefinitions[0].dockerLabels = {
    "ecs-secrets.sandbox/exit-unless": "DATABASE_PASSWORD~^.{12,}$",
  };
  console.log(JSON.stringify(definition));
' "$here/web.task-definition.json" |
  ecs-secrets register - --secret DATABASE_PASSWORD=/shop/prod/db-password \
    --execution-role shop-execution
node "$here/scene.mjs" create-service shop web web

say 'A new password that the database does not accept: its tasks stop, and the old one comes back.'
printf '$ %s\n' 'printf %s short | ecs-secrets rotate /shop/prod/db-password --redeploy'
code=0
printf %s short | ecs-secrets rotate /shop/prod/db-password --redeploy || code=$?
printf 'exit code %s\n' "$code"
[ "$code" = 4 ]

say 'What the containers hold now: the old password.'
node "$here/scene.mjs" environment shop web

say 'Why it failed:'
printf '$ %s\n' 'ecs-secrets diagnose shop/web'
ecs-secrets diagnose shop/web || true
