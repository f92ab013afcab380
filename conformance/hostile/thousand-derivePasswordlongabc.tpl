{{/* expect: exceeded maximum number of steps */}}{{ range until 1000 }}{{ range until 100 }}{{ $x := derivePassword 1 "long" "a" "b" "c" }}{{ end }}{{ end }}x: 1
