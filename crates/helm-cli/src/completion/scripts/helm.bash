# bash completion for helm
# Needs bash 4.

# Puts the words up to the cursor into the array typed. bash splits at = and : too; what stands together is one word.
__helm_typed_words() {
    local line=${COMP_LINE:0:COMP_POINT} word i
    typed=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((i > 0)) && [[ -n $line && $line != [[:space:]]* ]]; then
            ((i == COMP_CWORD)) && word=$line
            typed[${#typed[@]} - 1]+=$word
        else
            line=${line#"${line%%[![:space:]]*}"}
            ((i == COMP_CWORD)) && word=$line
            typed+=("$word")
        fi
        line=${line#"$word"}
    done
}

# Takes the quotes away from a word.
__helm_unquoted() {
    local word=$1
    word=${word//\\/}
    word=${word//\"/}
    printf '%s' "${word//\'/}"
}

# Shows remarks below the line that is being typed.
__helm_show_remarks() {
    ((COMP_TYPE == 63)) || return 0
    printf '\n%s' "${remarks[@]}"
    ((BASH_VERSINFO[0] > 4 || BASH_VERSINFO[1] > 3)) && printf '\n%s%s' "${PS1@P}" "$COMP_LINE"
}

__helm_complete() {
    local typed=() words=() answer=() names=() lines=() remarks=() word line name directive current lead i width=0
    COMPREPLY=()
    __helm_typed_words
    for word in "${typed[@]:1}"; do
        words+=("$(__helm_unquoted "$word")")
    done
    mapfile -t answer < <("${typed[0]/#\~/$HOME}" __REQUEST__ "${words[@]}" 2>/dev/null)
    ((${#answer[@]})) || return
    directive=${answer[-1]#:}
    unset 'answer[-1]'
    [[ $directive =~ ^[0-9]+$ ]] || return
    ((directive & 1)) && return

    # What is completed: the word, or the value behind the = of a flag.
    current=${words[-1]}
    [[ $current == -*=* ]] && current=${current#*=}
    for line in "${answer[@]}"; do
        if [[ $line == "_activeHelp_ "* ]]; then
            remarks+=("${line#_activeHelp_ }")
            continue
        fi
        name=${line%%$'\t'*}
        [[ $name == "$current"* ]] || continue
        names+=("$name")
        lines+=("$line")
        ((${#name} > width)) && width=${#name}
    done

    if ((directive & 2)); then compopt -o nospace; fi
    if ((directive & 4)); then compopt +o default; fi
    ((${#remarks[@]})) && __helm_show_remarks

    # bash replaces only what follows the last colon.
    lead=""
    [[ $COMP_WORDBREAKS == *:* && $current == *:* ]] && lead=${current%"${current##*:}"}
    for i in "${!names[@]}"; do
        # A list that is only shown has room for descriptions.
        if ((COMP_TYPE == 63 && ${#names[@]} > 1)) && [[ ${lines[i]} == *$'\t'* ]]; then
            printf -v name "%-${width}s  (%s)" "${names[i]}" "${lines[i]#*$'\t'}"
            COMPREPLY+=("${name:0:COLUMNS - 2}")
        else
            printf -v name '%q' "${names[i]#"$lead"}"
            COMPREPLY+=("$name")
        fi
    done
}

complete -o default -F __helm_complete helm
