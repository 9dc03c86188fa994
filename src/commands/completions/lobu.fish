# Completion of lobu for fish. Save it: lobu completions fish > ~/.config/fish/completions/lobu.fish
function __lobu_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l found (command lobu __complete fish -- $words "$current" 2>/dev/null)
    switch "$found[1]"
        case :files
            __fish_complete_path "$current"
        case :directories
            __fish_complete_directories "$current"
        case '*'
            string join \n -- $found
    end
end
complete -c lobu -f -a '(__lobu_complete)'
