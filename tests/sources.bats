#!/usr/bin/env bats
# Where visits come from and on what: the channel rules on both sides of each, hosts, user agents, robots, and what the
# portrait makes of them.

load helpers

setup()
{
	mkdir "$BATS_TEST_TMPDIR/w" && cd "$BATS_TEST_TMPDIR/w" || return
}

# channels - reads lines CHANNEL|SOURCE|MEDIUM|CAMPAIGN, `-` for missing, and fails unless each has its CHANNEL.
channels()
{
	sed 's/^[[:space:]]*//; s/  *#.*//; /^$/d' >cases
	awk -F '|' -v OFS='\t' '
		BEGIN { print "id", "source", "medium", "campaign" }
		{ for (i = 2; i <= 4; i++) if ($i == "-") $i = "\\N"; print sprintf("%04d", NR), $2, $3, $4 }' cases >in.tsv
	segment -k id -r channels.rules --select channel,source,medium,campaign in.tsv | sed 1d |
		awk -F '\t' -v OFS='|' '{ for (i = 2; i <= 4; i++) if ($i == "\\N") $i = "-"; $1 = $1; print }' >got || return
	same got cases
}

@test "channels: 1 Direct: nothing is known, or that there is nothing" {
	channels <<-'EOF'
	Direct|-|-|-
	Direct|-|-|spring_shop                # a campaign alone names no origin
	Direct|(direct)|(none)|-
	Direct|(direct)|(not set)|-
	Direct|(Direct)|(None)|-
	Unassigned|(direct)|-|-
	Unassigned|(direct)|web|-
	Unassigned|-|(none)|-
	Unassigned|somebody|-|-
	Organic Search|google|-|-
	EOF
}

@test "channels: 2 Cross-network, before whatever is paid" {
	channels <<-'EOF'
	Cross-network|google|cpc|pmax_cross-network
	Cross-network|google|organic|Cross-Network 2026
	Paid Search|google|cpc|pmax_cross_network
	Unassigned|x1|cross-network|-
	EOF
}

@test "channels: 3 Paid Shopping: a shopping site, or a campaign with shop at the start of a word or behind an e" {
	channels <<-'EOF'
	Paid Shopping|amazon|cpc|-
	Paid Shopping|ebay.de|paid|-
	Paid Shopping|google|cpc|shop_de
	Paid Shopping|google|cpc|de-Shop
	Paid Shopping|google|cpc|2026shop
	Paid Shopping|google|cpc|eshop
	Paid Shopping|google|cpc|workshopping    # shopping counts everywhere
	Paid Shopping|google|cpc|workshop the shop
	Paid Shopping|google|cpc|店shop
	Paid Search|google|cpc|workshop
	Paid Search|google|cpc|BISHOP
	Paid Search|google|cpc|workshopshop      # the second is behind a p
	Paid Search|google|cpc|shhop sho p
	Organic Shopping|amazon|-|-
	EOF
	local letter want
	for letter in {a..z} 0 _ ' ' .; do
		want='Paid Search'
		[[ $letter != [e0_\ .] ]] || want='Paid Shopping'
		printf '%s|google|cpc|x%sshop\n' "$want" "$letter"
	done | channels
}

@test "channels: what is paid: a medium with cp in it, ppc, retargeting, paid at the start" {
	channels <<-'EOF'
	Paid Other|partner|cpc|-
	Paid Other|partner|CPC|-
	Paid Other|partner|scpx|-
	Paid Other|partner|ppc|-
	Paid Other|partner|retargeting|-
	Paid Other|partner|paid|-
	Paid Other|partner|paid_partner|-
	Unassigned|partner|ppc2|-
	Unassigned|partner|xppc|-
	Unassigned|partner|retargeting2|-
	Unassigned|partner|unpaid|-
	Unassigned|partner|c-p|-
	EOF
}

@test "channels: 4 to 6 Paid Search, Paid Social, Paid Video: by the kind of the source" {
	channels <<-'EOF'
	Paid Search|google|cpc|-
	Paid Search|google|cpm|-                 # of a search engine it is no display yet
	Paid Search|www.baidu.com|ppc|-
	Paid Social|facebook|paid_social|-
	Paid Social|l.instagram.com|cpc|-
	Paid Social|xiaohongshu|retargeting|-
	Paid Video|youtube|cpv_cpc|-
	Paid Video|m.bilibili.com|paid|-
	Organic Search|google|organic|-
	Organic Social|facebook|social|-
	Organic Video|youtube|video|-
	Paid Other|google2|cpc|-
	Unassigned|partner|paix|-
	EOF
}

@test "channels: 7 and 8 Display before Paid Other: cpm would be both" {
	channels <<-'EOF'
	Display|criteo|cpm|-
	Display|criteo|CPM|-
	Display|criteo|display|-
	Display|criteo|banner|-
	Display|criteo|expandable|-
	Display|criteo|interstitial|-
	Display|amazonia|cpm|-
	Paid Other|criteo|cpm2|-
	Paid Other|criteo|cpa|-
	Unassigned|criteo|banners|-
	Unassigned|criteo|intersitial|-
	EOF
}

@test "channels: 9 to 12 Organic Shopping, Social, Video, Search" {
	channels <<-'EOF'
	Organic Shopping|etsy|referral|-
	Organic Shopping|partner|email|shopping spree
	Organic Shopping|newsletter|email|shop-news
	Email|newsletter|email|workshop-news
	Organic Social|reddit.com|referral|-
	Organic Social|somebody|social|-
	Organic Social|somebody|social-network|-
	Organic Social|somebody|social-media|-
	Organic Social|somebody|sm|-
	Organic Social|somebody|social network|-
	Organic Social|somebody|social media|-
	Unassigned|somebody|social_media|-
	Unassigned|somebody|sms2|-
	Organic Video|vimeo|referral|-
	Organic Video|somebody|video|-
	Organic Video|somebody|in-video-link|-
	Unassigned|somebody|vide|-
	Organic Search|duckduckgo|referral|-
	Organic Search|somebody|organic|-
	Organic Search|somebody|Organic|-
	Unassigned|somebody|organics|-
	EOF
}

@test "channels: AI Assistant is one of its own, behind search and before referral" {
	channels <<-'EOF'
	AI Assistant|chatgpt.com|-|-
	AI Assistant|chatgpt.com|referral|-
	AI Assistant|www.perplexity.ai|referral|-
	AI Assistant|gemini|referral|-
	AI Assistant|copilot.microsoft.com|link|-
	AI Assistant|somebody|chatbot|-
	AI Assistant|somebody|ai-assistant|-
	Organic Search|perplexity|organic|-
	Paid Other|chatgpt|cpc|-
	Referral|microsoft.com|referral|-
	Unassigned|somebody|chatbots|-
	EOF
}

@test "channels: 13 to 19 Referral, Email, Affiliates, Audio, SMS, Mobile Push, Unassigned" {
	channels <<-'EOF'
	Referral|blog.example|referral|-
	Referral|blog.example|app|-
	Referral|blog.example|link|-
	Referral|email.example|referral|-        # before Email
	Unassigned|blog.example|referrals|-
	Email|newsletter|email|-
	Email|newsletter|e-mail|-
	Email|newsletter|e_mail|-
	Email|newsletter|weekly e mail|-
	Email|my-email-tool|push2|-
	Email|E-Mail|-|-
	Unassigned|newsletter|mail|-
	Affiliates|partner|affiliate|-
	Unassigned|partner|affiliates|-
	Audio|spotify|audio|-
	Unassigned|spotify|audios|-
	SMS|sms|-|-
	SMS|sms|text|-
	SMS|twilio|sms|-
	Unassigned|sms2|text|-
	Mobile Push|app|push|-
	Mobile Push|app|webpush|-
	Mobile Push|app|in-mobile|-
	Mobile Push|app|notification|-
	Mobile Push|firebase|-|-
	Unassigned|app|pushed|-
	Unassigned|firebase2|x|-
	Unassigned|kiosk|qr|fair
	EOF
}

@test "channels: a source is told by name or host, in any land where the map says so; mail and documents of a search engine are none" {
	channels <<-'EOF'
	Organic Search|google.de|referral|-
	Organic Search|www.google.co.uk|referral|-
	Organic Search|m.baidu.com|referral|-
	Organic Search|r.search.yahoo.com|referral|-
	Organic Social|uk.pinterest.com|referral|-
	Organic Social|pinterest.com.au|referral|-
	Organic Social|lm.facebook.com|referral|-
	Organic Shopping|amazon.co.jp|referral|-
	Organic Shopping|item.taobao.com|referral|-
	Organic Shopping|shopping.google.com|referral|-
	Referral|docs.google.com|referral|-
	Referral|google.evil.example|referral|-
	Referral|notfacebook.com|referral|-
	Referral|facebook.com.evil.example|referral|-
	EOF
}

@test "sources.tsv: a key a line, once, every source that is named is itself a key" {
	local map=$ROOT/schemas/maps/sources.tsv
	awk -F '\t' '
		NR == 1 { if ($0 != "key\tsource\tcategory\tsubdomains") print "header"; next }
		NF != 4 || $1 != tolower($1) || seen[$1]++ { print "line " NR ": " $0 }
		$3 !~ /^(search|social|video|shopping|ai|email|payment)$/ || ($4 != "yes" && $4 != "\\N") { print "line " NR ": " $0 }
		{ kind[$1] = $3; name[$2] = $3 }
		END { for (n in name) if (kind[n] != name[n]) print "no key for " n }' "$map" >wrong
	same wrong /dev/null
}
