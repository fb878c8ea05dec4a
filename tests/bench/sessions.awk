# A line for each session of events that are sorted by visitor and time (columns 3 and 2).
NR == 1 { next }
{
	split($2, p, /[-T:Z]/)
	m = p[2]; y = p[1]
	if (m < 3) { m += 12; y-- }
	at = (365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * m - 457) / 5) + p[3] - 719469) * 86400 + p[4] * 3600 + p[5] * 60 + p[6]
	if ($3 != visitor || at - last > gap)
		printf "%s:%d\n", $3, at
	visitor = $3
	last = at
}
