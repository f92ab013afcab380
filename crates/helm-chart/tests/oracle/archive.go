package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"os"
	"time"

	load3 "helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	load4 "helm.sh/helm/v4/pkg/chart/v2/loader"
	util4 "helm.sh/helm/v4/pkg/chart/v2/util"
)

// Packages a chart made of files: the header of the archive and the tar stream in it.
func askPack(q *question, a answer) error {
	var files []*archive.BufferedFile
	for _, f := range q.Files {
		files = append(files, &archive.BufferedFile{Name: f.Name, Data: []byte(f.Data)})
	}
	c, err := load4.LoadFiles(files)
	if err != nil {
		return err
	}
	c.StampModTimes(time.Unix(1234567890, 0))
	dir, err := os.MkdirTemp("", "pack")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	name, err := util4.Save(c, dir)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	stream, err := io.ReadAll(unzipped)
	if err != nil {
		return err
	}
	a["name"] = name[len(dir)+1:]
	a["extra"], a["comment"] = string(unzipped.Extra), unzipped.Comment
	a["tar"] = base64.StdEncoding.EncodeToString(stream)
	return nil
}

// Reads an archive: the names and contents of its files.
func askUnpack(q *question, a answer) error {
	data, err := base64.StdEncoding.DecodeString(q.Text)
	if err != nil {
		panic(err)
	}
	found := []file{}
	if q.Compat == 3 {
		files, err := load3.LoadArchiveFiles(bytes.NewReader(data))
		if err != nil {
			return err
		}
		for _, f := range files {
			found = append(found, file{f.Name, string(f.Data)})
		}
	} else {
		files, err := archive.LoadArchiveFiles(bytes.NewReader(data))
		if err != nil {
			return err
		}
		for _, f := range files {
			found = append(found, file{f.Name, string(f.Data)})
		}
	}
	a["files"] = found
	return nil
}
