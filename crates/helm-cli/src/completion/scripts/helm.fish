# fish completion for helm

# Asks helm for candidates, which are left in __helm_candidates. Answers whether they take the place of files.
function __helm_ask
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -g __helm_candidates
    # Remarks would look like candidates.
    set -l answer (HELM_ACTIVE_HELP=0 $words[1] __REQUEST__ $words[2..-1] "$current" 2>/dev/null)
    test (count $answer) -gt 0; or return 1
    set -l directive (string replace -r '^:' '' -- $answer[-1])
    string match -qr '^[0-9]+$' -- $directive; or return 1
    # Something failed: nothing, and no files.
    test (math "$directive % 2") -eq 1; and return 0

    # fish completes whole words: a flag with = is part of them.
    set -l lead ''
    if string match -qr '^-.*=' -- $current
        set lead (string replace -r '=.*$' '=' -- $current)
    end
    if test (count $answer) -gt 1
        set -g __helm_candidates $lead$answer[1..-2]
    end
    test (count $__helm_candidates) -gt 0; or test (math "floor($directive / 4) % 2") -eq 1
end

complete -c helm -e
complete -c helm -n __helm_ask -f -a '$__helm_candidates'
