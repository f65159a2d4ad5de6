/**
 * The passwords that a command line gives in options that only the program explains: `mysql -pPASSWORD`,
 * `redis-cli -a PASSWORD`, `curl -u USER:PASSWORD`.
 */
export function commandPasswords(line: string): string[] {
  const found: string[] = [];
  let program: Program | undefined;
  let option: string | undefined;
  for (const word of line.split(/[\s"']+/)) {
    const base = word.split(/[^\w-]/).at(-1) ?? '';
    if (word === '') continue;
    if (option !== undefined && !word.startsWith('-')) {
      const isPair = program?.isPair === true && program.options.has(option);
      found.push(isPair ? word.replace(/^[^:]*:?/, '') : word);
    }
    option = undefined;
    if (/^[;&|]/.test(word)) program = undefined;
    program = programs.find(({ names }) => names.has(base)) ?? program;
    const joined = program?.joined;
    if (joined !== undefined && word.startsWith(joined) && word.length > joined.length) {
      found.push(word.slice(joined.length));
    }
    if (program?.options.has(word)) option = word;
    else if (/^--?(?:requirepass|masterauth)$/.test(word)) option = word;
  }
  return found.filter((word) => word !== '');
}

// --- internal ---

interface Program {
  names: ReadonlySet<string>;
  /** Options that take the password from the next word. */
  options: ReadonlySet<string>;
  /** An option that has the password right behind it. */
  joined?: string;
  /** Whether the word is USER:PASSWORD. */
  isPair?: true;
}

const programs: readonly Program[] = [
  {
    names: set(
      'mysql mysqladmin mysqldump mysqlcheck mysqlimport mysqlsh mariadb mariadb-admin mariadb-dump',
    ),
    options: set('--password'),
    joined: '-p',
  },
  { names: set('redis-cli valkey-cli'), options: set('-a --pass') },
  { names: set('redis-server valkey-server'), options: set('requirepass masterauth') },
  {
    names: set('mongo mongosh mongodump mongorestore mongoexport mongoimport'),
    options: set('-p'),
  },
  { names: set('sqlcmd'), options: set('-P'), joined: '-P' },
  { names: set('sshpass'), options: set(''), joined: '-p' },
  { names: set('curl wget http https'), options: set('-u --user'), isPair: true },
  { names: set('clickhouse-client ldapsearch ldapadd ldapmodify'), options: set('-w --password') },
];

function set(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
