{{- define "base.message" -}}child says {{ .Values.greeting }}{{- end -}}
{{- define "base.name" -}}{{ block "base.suffix" . }}std{{ end }}{{- end -}}
