#compdef helm
# zsh completion for helm

_helm() {
    local -a answer described
    local line name directive
    answer=("${(@f)$("${(Q)words[1]}" __REQUEST__ "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    directive=${answer[-1]#:}
    [[ $directive == <-> ]] || return 1
    (( directive & 1 )) && return 1

    # The value of a flag is completed behind its =.
    [[ $PREFIX == -*=* ]] && compset -P '*='

    for line in "${(@)answer[1,-2]}"; do
        if [[ $line == '_activeHelp_ '* ]]; then
            compadd -x "${line#_activeHelp_ }"
            continue
        fi
        name=${line%%$'\t'*}
        name=${name//:/\\:}
        if [[ $line == *$'\t'* ]]; then
            described+=("$name:${line#*$'\t'}")
        else
            described+=("$name")
        fi
    done

    local -a ending
    (( directive & 2 )) && ending=(-S '')
    if (( ${#described} )) && _describe -V 'candidates' described "${ending[@]}"; then
        return 0
    fi
    (( directive & 4 )) && return 1
    _files
}

# A script that is sourced registers the function; one that zsh found by its name is the function.
if [[ ${funcstack[1]} == _helm ]]; then
    _helm "$@"
else
    compdef _helm helm
fi
