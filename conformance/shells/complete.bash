# Loads the completion script and completes lines as readline does: words split at = and : as well.
source <(helm completion bash)
shopt -s extglob

complete_line() {
    local rest=$1 word
    COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_WORDS=()
    while [[ -n $rest ]]; do
        if [[ $rest == " "* ]]; then
            rest=${rest##+( )}
            [[ -z $rest ]] && COMP_WORDS+=("")
            continue
        fi
        if [[ $rest == [=:]* ]]; then word=${rest%%[!=:]*}; else word=${rest%%[ =:]*}; fi
        COMP_WORDS+=("$word")
        rest=${rest#"$word"}
    done
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    __helm_complete 2>/dev/null
    echo "$1 -> ${COMPREPLY[*]}"
}

while IFS= read -r line; do
    complete_line "${line%% -> *}"
done < "${BASH_SOURCE[0]%/*}/expected.txt"
