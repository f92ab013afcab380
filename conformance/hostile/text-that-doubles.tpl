{{/* expect: * */}}{{ $t := "a" }}{{ range until 100 }}{{ $t = print $t $t }}{{ end }}x: 1
