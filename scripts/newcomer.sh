#!/bin/sh
# What a newcomer does, on a machine with Node.js, npm, git and the tools of every POSIX system: the README's lines for
# installing, the demo, uninstalling. Run it in a checkout. What it installs is the last commit of the checkout:
# SOURCE stands in for the repository on GitHub, which the README names.
set -eu

checkout=$(cd "$(dirname "$0")/.." && pwd)
SOURCE=${SOURCE:-git+file://$checkout}

repository=$(node -p 'require(process.argv[1]).repository.url' "$checkout/package.json")
# The fenced lines that follow the mark.
install=$(sed -n '/<!-- newcomer:/,/^```$/{/^```/d;/^<!--/d;/^$/d;p;}' "$checkout/README.md")
case $install in
*"$repository"*) ;;
*)
  echo "newcomer.sh: the README's lines do not install $repository" >&2
  exit 1
  ;;
esac

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
mkdir "$home/tools" "$home/work" "$home/global"
for tool in node npm git sh env cat dirname ln ls mktemp printf rm sed uname; do
  ln -s "$(command -v $tool)" "$home/tools/$tool"
done

cat >"$home/work/steps.sh" <<STEPS
set -eu
$(printf '%s\n' "$install" | sed "s|$repository|$SOURCE|")
ecs-secrets sandbox --deploy-time 300ms -- sh "\$(npm root --global)/ecs-secrets/examples/quickstart.sh"
npm uninstall --global ecs-secrets
STEPS
sed 's/^/$ /' "$home/work/steps.sh"

# How this machine reaches the registry is not the newcomer's business.
start=$(date +%s)
cd "$home/work"
env -i HOME="$home" PATH="$home/global/bin:$home/tools" NPM_CONFIG_PREFIX="$home/global" \
  NPM_CONFIG_USERCONFIG="$(npm config get userconfig)" NPM_CONFIG_CACHE="$(npm config get cache)" \
  NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-}" HTTPS_PROXY="${HTTPS_PROXY:-}" NO_PROXY="${NO_PROXY:-}" \
  sh steps.sh >"$home/output" 2>&1 || {
  cat "$home/output"
  exit 1
}
grep -q '^That was all\|^# That was all' "$home/output"
# Nothing is left of it but the archive in the folder of the newcomer.
left=$(find "$home/global" ! -type d)
if [ -n "$left" ]; then
  printf 'left behind:\n%s\n' "$left"
  exit 1
fi
echo "newcomer: installed, tried and uninstalled in $(($(date +%s) - start)) s"
