//! The chart that every case is rendered in.

/// Its files, without the template of the case.
pub const BASE: &[(&str, &str)] = &[
    (
        "Chart.yaml",
        "apiVersion: v2\nname: demo\nversion: 1.2.3+b4\nappVersion: \"7.0\"\ndescription: a <demo>\n\
         kubeVersion: \">=1.20.0-0\"\ntype: application\nhome: https://example.com\n\
         keywords: [one, two]\nsources: ['https://example.com/src']\nannotations: {b: x, a: 'y: z'}\n\
         maintainers:\n- name: A\n  email: a@example.com\n- name: B\n\
         dependencies:\n- name: sub\n  version: 0.1.0\n  repository: file://charts/sub\n  tags: [t]\n",
    ),
    (
        "values.yaml",
        "text: hello\nempty: \"\"\nnumber: 3\nbig: 12345678901234\nratio: 0.25\nyes: true\nno: false\nnothing: null\n\
         list: [1, a, null, {k: v}, [x]]\nlines: \"a\\nb\\n\"\nnested: {a: {b: {c: deep}}, \"x.y\": 1, n: ~}\n\
         template: '{{ .Values.text }}-{{ .Release.Name }}'\nunicode: \"héllo \\u2028 <&>\"\n\
         sub: {color: red}\nglobal: {zone: eu}\nspan: 90m\n",
    ),
    ("templates/_helpers.tpl", HELPERS),
    ("config/a.conf", "key = 1\nother = two"),
    ("config/b.conf", "line\n\nlast\n"),
    ("config/deep/c.txt", "ünicode: {}\n"),
    ("README.md", "# demo\r\n"),
    ("empty.txt", ""),
    ("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 0.1.0\n"),
    ("charts/sub/values.yaml", "color: blue\nsize: 2\n"),
    ("charts/sub/templates/_sub.tpl", "{{ define \"sub.color\" }}{{ .Values.color }}{{ end }}"),
    ("charts/sub/only.txt", "of the subchart"),
];

const HELPERS: &str = r#"
{{- define "plain" -}}plain text{{- end -}}
{{- define "dot" -}}[{{ . }}]{{- end -}}
{{- define "name" -}}{{ .Release.Name }}-{{ .Chart.Name }}{{- end -}}
{{- define "lines" -}}
a: 1
b: {{ .x | quote }}
{{- end -}}
{{- define "outer" -}}<{{ include "dot" . }}>{{- end -}}
{{- define "fails" -}}{{ fail "from inside" }}{{- end -}}
{{- define "bad" -}}{{ .a.b.c }}{{- end -}}
{{- define "loop" -}}{{ include "loop" . }}{{- end -}}
{{- define "json" -}}{"a": [1, 2.5, "x"]}{{- end -}}
"#;
