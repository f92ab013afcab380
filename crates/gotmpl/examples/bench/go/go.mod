module gotmpl-bench

go 1.26
