#compdef lobu
# Completion of lobu for zsh. Load it in ~/.zshrc behind compinit: source <(lobu completions zsh)
_lobu() {
    local line value
    local -a whole begun
    while IFS= read -r line; do
        value=${line%%$'\t'*}
        case $value in
            :files) _files; return ;;
            :directories) _files -/; return ;;
            */ | *=) begun+=("$value") ;;
            "$line") whole+=("$value") ;;
            *) whole+=("$value:${line#*$'\t'}") ;;
        esac
    done < <(command lobu __complete zsh -- "${(@)words[2,CURRENT]}" 2>/dev/null)
    (( $#begun )) && compadd -S '' -- "${begun[@]}"
    (( $#whole )) && _describe lobu whole
}
if [[ ${funcstack[1]} == _lobu ]]; then
    _lobu "$@"
else
    compdef _lobu lobu
fi
