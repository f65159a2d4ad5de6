/** The shells that there is completion for. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof shells)[number];

/**
 * The script by which a shell completes command lines of ecs-secrets. It only asks the program
 * (`ecs-secrets __complete`, see src/completion) and says nothing of its own.
 */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}

// --- internal ---

const scripts: Readonly<Record<Shell, string>> = {
  // Runs in bash 3.2 of macOS as well, which has neither mapfile nor compopt.
  bash: `# Completion of ecs-secrets for bash. In ~/.bashrc: eval "$(ecs-secrets completion bash)"
_ecs_secrets() {
  local line files='' IFS=$'\\n'
  COMPREPLY=()
  while IFS= read -r line; do
    if [ -z "\${files}" ]; then
      files="\${line:-none}"
    elif [ -n "\${line}" ]; then
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("$1" __complete bash "\${COMP_LINE}" "\${COMP_POINT}" "\${COMP_WORDBREAKS}" 2>/dev/null)
  if [ "\${files}" = files ]; then
    local known=\${#COMPREPLY[@]}
    COMPREPLY+=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
    [ "\${#COMPREPLY[@]}" -gt "\${known}" ] && compopt -o filenames 2>/dev/null
  fi
  if [ "\${#COMPREPLY[@]}" -eq 1 ]; then
    case "\${COMPREPLY[0]}" in
      *[/:=]) compopt -o nospace 2>/dev/null ;;
    esac
  fi
}
complete -o nosort -F _ecs_secrets ecs-secrets 2>/dev/null || complete -F _ecs_secrets ecs-secrets
`,
  zsh: `#compdef ecs-secrets
# Completion of ecs-secrets for zsh. In ~/.zshrc, below compinit: eval "$(ecs-secrets completion zsh)"
_ecs_secrets() {
  local -a lines whole open
  local line value
  lines=("\${(@f)$("\${words[1]}" __complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  for line in "\${(@)lines[2,-1]}"; do
    value="\${\${line%%$'\\t'*}//:/\\\\:}"
    [[ "$line" == *$'\\t'* ]] && line="$value:\${line#*$'\\t'}" || line="$value"
    if [[ "$value" == *[/:=] ]]; then open+=("$line"); else whole+=("$line"); fi
  done
  local -i found=1
  if (( \${#whole} )); then _describe -V 'ecs-secrets' whole && found=0; fi
  if (( \${#open} )); then _describe -V 'ecs-secrets' open -S '' && found=0; fi
  if [[ "\${lines[1]}" == files ]]; then _files && found=0; fi
  return found
}
if [[ "\${funcstack[1]}" == _ecs_secrets ]]; then
  _ecs_secrets "$@"
else
  compdef _ecs_secrets ecs-secrets
fi
`,
  fish: `# Completion of ecs-secrets for fish. In ~/.config/fish/config.fish: ecs-secrets completion fish | source
function __ecs_secrets_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l lines (command $program __complete fish $words "$current" 2>/dev/null)
    test "$lines[1]" = files
    and __fish_complete_path "$current"
    set -e lines[1]
    string join \\n -- $lines
end
complete -c ecs-secrets -f -k -a '(__ecs_secrets_complete)'
`,
  // A colon stands before each word: PowerShell drops empty arguments of programs.
  powershell: `# Completion of ecs-secrets for PowerShell. In $PROFILE: ecs-secrets completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ecs-secrets -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { ':' + $_.Extent.Text.Trim('"', "'") })
    @(& ecs-secrets __complete powershell @words ":$wordToComplete" 2>$null) | Select-Object -Skip 1 |
        Where-Object { $_ } | ForEach-Object {
            $value, $description = $_ -split "\`t", 2
            if (-not $description) { $description = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
        }
}
`,
};
