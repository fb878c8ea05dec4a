# rfm - the table of REFERENCE §B.2 and §A.2 as lines r f m eleven eight, written independently of rules and filters.
BEGIN {
	OFS = "\t"
	#                 2, 3       4            5            6, 7     8         9, 10
	split("DORMANT ALMOST_LOST ALMOST_LOST AT_RISK AT_RISK PREVIOUSLY_LOYAL", low)
	split("PROMISING PROMISING NEEDS_ATTENTION NEEDS_ATTENTION LOYAL LOYAL", three)
	split("PROMISING PROMISING ACTIVE ACTIVE LOYAL LOYAL", four)
	split("NEW NEW ACTIVE ACTIVE CHAMPIONS CHAMPIONS", five)
	split("挽留 发展 保持 价值", kind)
	for (r = 1; r <= 5; r++) for (f = 1; f <= 5; f++) for (m = 1; m <= 5; m++) {
		fm = (f + m) / 2
		c = fm < 2 ? 1 : fm < 2.5 ? 2 : fm < 3 ? 3 : fm < 4 ? 4 : fm < 4.5 ? 5 : 6
		print r, f, m, (r <= 2 ? low[c] : r == 3 ? three[c] : r == 4 ? four[c] : five[c]), \
			(m > 3 ? "重要" : "一般") kind[1 + (r > 3) + 2 * (f > 3)]
	}
}
