# Loads the completion script and asks fish itself to complete lines.
helm completion fish | source
for line in (cat (status dirname)/expected.txt)
    set -l typed (string replace -r ' -> .*$' '' -- $line)
    set -l found (complete -C $typed | string replace -r '\t.*$' '' | string replace -r '^-.*=' '')
    echo "$typed -> $found"
end
