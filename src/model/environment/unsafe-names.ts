/**
 * Whether a variable of this name makes programs run or load other code, or read words otherwise: whoever
 * may write a secret of that name would run code where the environment is used. From the manuals of
 * ld.so, dyld, the shells, and the interpreters named; upper and lower case count alike, as on Windows.
 */
export function isUnsafeName(name: string): boolean {
  const upper = name.toUpperCase();
  return exact.has(upper) || prefixes.some((prefix) => upper.startsWith(prefix));
}

// --- internal ---

const prefixes = ['LD_', 'DYLD_', 'BASH_FUNC_', 'GIT_CONFIG', 'NPM_CONFIG_', 'CORECLR_', 'COR_'];

const exact: ReadonlySet<string> = new Set(
  [
    // The system and its shells.
    'PATH PATHEXT COMSPEC SHELL HOME ZDOTDIR TMPDIR IFS ENV BASH_ENV SHELLOPTS BASHOPTS PS4 PROMPT_COMMAND CDPATH',
    'GLIBC_TUNABLES GCONV_PATH LOCPATH NLSPATH HOSTALIASES OPENSSL_CONF OPENSSL_ENGINES OPENSSL_MODULES',
    'PSMODULEPATH EDITOR VISUAL PAGER MANPAGER LESSOPEN LESSCLOSE BROWSER',
    // Interpreters and virtual machines.
    'NODE_OPTIONS NODE_PATH NODE_REPL_EXTERNAL_MODULE NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED',
    'PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONINSPECT PYTHONEXECUTABLE PYTHONBREAKPOINT PYTHONWARNINGS',
    'PYTHONUSERBASE PYTHONPLATLIBDIR PERL5LIB PERLLIB PERL5OPT PERL5DB RUBYLIB RUBYOPT GEM_PATH GEM_HOME',
    'BUNDLE_GEMFILE JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS CLASSPATH PHPRC PHP_INI_SCAN_DIR',
    'LUA_PATH LUA_CPATH LUA_INIT DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS DOTNET_SHARED_STORE',
    // Programs that run others.
    'GIT_SSH GIT_SSH_COMMAND GIT_EXEC_PATH GIT_EXTERNAL_DIFF GIT_ASKPASS GIT_PAGER GIT_EDITOR GIT_SEQUENCE_EDITOR',
    'GIT_PROXY_COMMAND SSH_ASKPASS SUDO_ASKPASS MAKEFLAGS RSYNC_RSH',
  ]
    .join(' ')
    .split(' '),
);
