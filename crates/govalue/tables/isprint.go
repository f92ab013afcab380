// Writes src/strconv/print_table.rs: the ranges of unicode.IsPrint in the Unicode version of the Go that runs it.
//
//	go run tables/isprint.go > src/strconv/print_table.rs
package main

import (
	"fmt"
	"unicode"
)

func main() {
	fmt.Println("//! Made by `tables/isprint.go`; do not edit.")
	fmt.Println()
	fmt.Printf("/// Ranges of printable characters, both ends included (`unicode.IsPrint`, Unicode %s).\n", unicode.Version)
	fmt.Println("#[rustfmt::skip]")
	fmt.Println("pub(super) static PRINTABLE: &[(u32, u32)] = &[")
	ranges(unicode.IsPrint)
	fmt.Println("];")
	fmt.Println()
	fmt.Println("/// Characters that are graphic without being printable: the spaces (`unicode.IsGraphic`).")
	fmt.Println("#[rustfmt::skip]")
	fmt.Println("pub(super) static GRAPHIC: &[(u32, u32)] = &[")
	ranges(func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsPrint(r) })
	fmt.Println("];")
}

func ranges(in func(rune) bool) {
	column := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !in(r) {
			continue
		}
		first := r
		for r < unicode.MaxRune && in(r+1) {
			r++
		}
		if column == 0 {
			fmt.Print("   ")
		}
		fmt.Printf(" (0x%x, 0x%x),", first, r)
		if column = (column + 1) % 5; column == 0 {
			fmt.Println()
		}
	}
	if column > 0 {
		fmt.Println()
	}
}
