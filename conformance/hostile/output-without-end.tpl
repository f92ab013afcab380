{{/* expect: * */}}{{ $t := repeat 1000000 "a" }}{{ range until 100000 }}{{ $t }}{{ end }}
