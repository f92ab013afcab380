{{/* expect: tpl is nested more than 500 deep */}}{{ $t := "{{ tpl .t . }}" }}x: {{ tpl $t (dict "t" $t "Template" .Template) }}
