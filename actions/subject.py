"""What is a question about, beside the words for what is asked? Nothing left means: what we just spoke of."""

from __future__ import annotations

import re

#: Words that carry a question but name nothing.
_FILLER = re.compile(
    r"请问一下|请问|想问一下|想问问|问一下|问问|咨询一下|咨询|了解一下|麻烦问下|麻烦|您好|你好|谢谢|帮我查一下|帮我|给我|告诉我|说一下|说说|讲一下|讲讲|看一下|查一下|"
    r"这个事情|这个事|这件事|这事儿?|那个事|这个业务|这个证|那个证|这个|那个|这种|那种|这些|那些|这|那|它|其|该|上面的?|刚才的?|前面的?|"
    r"快点(?:说|告诉我?)?|快说|赶紧(?:说|的)?|赶快|急死我?了?|急急+|直接说|简单说|别?废话|"
    r"具体|大概|一般|到底|究竟|现在|我们|咱们|我|你们|您|你|他们|她|他|"
    r"办理的?|办的?|需要|需|要|得|用|能不能|可不可以|是不是|有没有|能|可以|可|会|应该|该|想|去|来|到|在|做|弄|搞|"
    r"还有|还|也|都|又|再|就|才|另外|以及|和|跟|与|顺便|然后|对了|如果|的话|"
    r"什么时候|什么|怎么样|怎么|哪里|哪儿|哪些|哪个|啥|几|多少|多|谁|"
    r"的|了|吗|呢|吧|啊|呀|嘛|么|哦|哈|嗯|呗|不|没|是|有|对|好|行|"
    r"随便|随意|无所谓|承诺|法定|规定|时候|事情|问题|事项|业务|手续|材料|资料|费用|流程|电话|地址|时间|一共|总共|一个|一下|一趟|"
    r"[\W_]+"
)
#: Asking words without which "居住证怎么办" is just the name.
_EDGES = re.compile(
    r"^(?:请问一下|请问|你好|您好|想问一下|我想|我要|想要|想|要|帮我|怎么|如何|咨询一下|咨询|问一下|去|在哪里?|哪里能?)+|"
    r"(?:怎么办理|怎么办|如何办理|怎么弄|怎么申请|怎么办呢|在哪办|去哪办|需要|要|呢|吗|呀|啊|的)+$"
)


def subject(words: str) -> str:
    """What is left of `words` when filler is taken away; empty where nothing was named."""
    return _FILLER.sub("", words).strip()


def trimmed(words: str) -> str:
    """`words` without polite beginnings and asking ends, a name to search for; itself where nothing would be left."""
    plain = re.sub(r"\s+", "", words).strip("，。？！、；：,.?!;:~～… ")
    return _EDGES.sub("", plain).strip("，。？！、；：,.?!;: ") or plain
