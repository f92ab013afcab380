# Starts a zsh in a terminal of its own, loads the completion script, types lines and presses the tab key.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; stty -echo; autoload -U compinit; compinit -u -D; source <(helm completion zsh)"
zpty -w shell "tell() { print -r -- \"<\"\"<\$BUFFER>\"\">\"; BUFFER=; }; zle -N tell; bindkey '^X' tell; unsetopt autolist automenu"
zpty -w shell "print rea''dy"
zpty -r shell output '*ready*'
while IFS= read -r line; do
    typed=${line%% -> *}
    zpty -w -n shell "$typed"$'\t\x18'
    zpty -r shell output '*<<*>>*'
    found=${${output##*<<}%%>>*}
    # The last word of the completed line, of a flag with = its value; nothing where it is as it was typed.
    found=${${${output##*<<}%%>>*}% }
    found=${${found##* }##-*=}
    [[ "$typed" == *" $found" ]] && found=
    print -r -- "$typed -> $found"
done < ${0:h}/expected.txt
zpty -d shell
