{{/* expect: * */}}{{ range until 100 }}{{ $x := untilStep 0 100000000 1 }}{{ end }}x: 1
