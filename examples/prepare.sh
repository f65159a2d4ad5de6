# What the examples share; they read it with "." after they have set `here` to their folder.
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
ln -s "$here/../bin/ecs-secrets.js" "$tools/ecs-secrets"
PATH=$tools:$PATH

case ${AWS_ENDPOINT_URL:-} in
http://127.0.0.1:* | http://localhost:*) ;;
*)
  echo 'run it in the sandbox: npm run demo, npm run demo:failure' >&2
  exit 2
  ;;
esac

say() { printf '\n# %s\n' "$*"; }
run() {
  printf '$ %s\n' "$*"
  "$@"
}
