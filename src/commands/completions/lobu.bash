# Completion of lobu for bash. Load it in ~/.bashrc: source <(lobu completions bash)
_lobu() {
    local line value
    COMPREPLY=()
    while IFS= read -r line; do
        value=${line%%$'\t'*}
        case $value in
            :files) compopt -o default 2>/dev/null; return ;;
            :directories) compopt -o dirnames 2>/dev/null; return ;;
            */ | *=) compopt -o nospace 2>/dev/null ;;
        esac
        COMPREPLY+=("$value")
    done < <(command lobu __complete bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _lobu lobu
