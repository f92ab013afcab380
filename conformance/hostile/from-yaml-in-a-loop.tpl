{{/* expect: exceeded maximum number of steps */}}{{ $t := repeat 100000 "- a\n" }}{{ range until 100000 }}{{ $x := fromYamlArray $t }}{{ end }}x: 1
