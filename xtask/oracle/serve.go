package main

// Added to the Helm that is built as an oracle: with HELM_ORACLE set, the program runs one command after another in
// one process. A question is a line of JSON with folder and arguments; the answer is what the program would have
// printed and its exit code.

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	gc "runtime/debug"
)

type oracleQuestion struct {
	Dir  string   `json:"dir"`
	Args []string `json:"args"`
}

type oracleAnswer struct {
	Code   int    `json:"code"`
	Stdout string `json:"stdout"`
	Stderr string `json:"stderr"`
}

func init() {
	if os.Getenv("HELM_ORACLE") == "" {
		return
	}
	// The default of a program that lives for one command would collect garbage too often.
	gc.SetGCPercent(400)
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	os.Stdin = oracleFile()
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			os.Exit(0)
		}
		var question oracleQuestion
		if err := json.Unmarshal(line, &question); err != nil {
			panic(err)
		}
		answer, err := json.Marshal(oracleAsk(&question))
		if err != nil {
			panic(err)
		}
		out.Write(append(answer, '\n'))
		out.Flush()
	}
}

// An empty file that is gone when it is closed.
func oracleFile() *os.File {
	file, err := os.CreateTemp("", "oracle")
	if err != nil {
		panic(err)
	}
	os.Remove(file.Name())
	return file
}

func oracleRead(file *os.File) string {
	file.Seek(0, io.SeekStart)
	text, err := io.ReadAll(file)
	if err != nil {
		panic(err)
	}
	file.Close()
	return string(text)
}

func oracleAsk(question *oracleQuestion) oracleAnswer {
	if err := os.Chdir(question.Dir); err != nil {
		panic(err)
	}
	os.Args = append([]string{"helm"}, question.Args...)
	os.Stdout, os.Stderr = oracleFile(), oracleFile()
	log.SetOutput(os.Stderr)
	code := oracleCall(question.Args)
	return oracleAnswer{Code: code, Stdout: oracleRead(os.Stdout), Stderr: oracleRead(os.Stderr)}
}

func oracleCall(args []string) (code int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n", r)
			code = 2
		}
	}()
	return oracleRun(args)
}
