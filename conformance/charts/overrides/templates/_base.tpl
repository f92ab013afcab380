{{- define "base.message" -}}parent says {{ .Values.greeting }}{{- end -}}
{{- define "overrides.own" -}}own{{- end -}}
