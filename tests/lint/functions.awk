# functions - names every C function whose body has more than 60 lines (braces in the first column).
FNR == 1 { start = 0 }
/^\{/ { start = FNR; name = before; next }
/^\}/ {
	if (start && FNR - start - 1 > 60)
		printf "%s:%d: %d lines, more than 60: %s\n", FILENAME, start, FNR - start - 1, name
	start = 0
}
/^[a-zA-Z_]/ { before = $0 }
