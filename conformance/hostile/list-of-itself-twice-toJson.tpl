{{/* expect: * */}}{{ $l := list 1 }}{{ range until 100 }}{{ $l = list $l $l }}{{ end }}x: {{ toJson (dict "a" $l) | len }}
