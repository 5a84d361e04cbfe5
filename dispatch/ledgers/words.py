"""The words that people head their columns with and write into them: tables, and nothing else.

All words stand as `plain` leaves them: half-width, small letters, without spaces and marks.
"""

from __future__ import annotations

import re
import unicodedata

_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F) if chr(wide - 0xFEE0).isalnum()} | {0x3000: " "}
_MARKS = re.compile(r"[\s*·・:：;；,，.。、!！?？()\[\]{}<>《》【】「」\"'“”‘’_/\\|#-]+")
_BRACKETS = re.compile(r"[(\[【<].*?[)\]】>]")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def half(text: str) -> str:
    """Full-width letters, digits and marks as half-width ones; every space a plain one."""
    return re.sub(r"[^\S\n]+", " ", unicodedata.normalize("NFKC", text)).strip()


def narrow(text: str) -> str:
    """Full-width letters and digits as half-width ones; the marks of a Chinese sentence stay as they are."""
    return text.translate(_NARROW).strip()


def plain(text: str) -> str:
    """A heading as it stands in the tables below: what is in brackets (必填) is left out, unless that is all."""
    said = half(text).lower()
    return _MARKS.sub("", _BRACKETS.sub("", said)) or _MARKS.sub("", said)


#: Field → the headings of its column. A heading belongs to the field that has it; of the others to the first that has its end.
HEADINGS: dict[str, tuple[str, ...]] = {
    "name": _words(
        "姓名 名字 老人 居民 求助人 服务对象 对象 被服务人 受助人 称呼 户主 申请人 需求人 联系人 收货人 收件人 服务对象姓名 "
        "长者 name resident"
    ),
    "phone": _words(
        "电话 手机 手机号 手机号码 联系电话 联系方式 电话号码 号码 座机 固话 联系手机 tel phone mobile telephone 联系号码 移动电话"
    ),
    "estate": _words("小区 小区名称 院 大院 里巷 苑 小区名"),
    "building": _words("楼栋 楼号 楼 栋 幢 楼栋号 楼幢 楼宇 栋号 幢号 楼幢号 楼座 building 几号楼 楼门"),
    "unit": _words("单元 单元号 门洞 unit"),
    "door": _words("门牌 门牌号 门牌号码 房号 房间 房间号 室 室号 户号 房 单元室 单元门牌 房门号 门号 几室 door room 单元房号"),
    "address": _words(
        "地址 住址 家庭住址 详细地址 居住地址 家庭地址 送货地址 收货地址 楼栋门牌 楼门号 现住址 住处 address 楼栋房号 送达地址 具体地址"
    ),
    "need": _words(
        "需求 需求内容 需要 事项 服务事项 服务内容 服务需求 代办事项 物品 购物清单 清单 内容 求助内容 诉求 药品 药名 帮办事项 "
        "代买 代购 代购物品 要买什么 需求描述 所需物品 需求事项 need items 具体需求 需采购物品 求助事项"
    ),
    "kind": _words("类别 需求类别 需求类型 服务类型 服务类别 类型 种类 分类 kind type 事项类别 服务项目 项目"),
    "day": _words("日期 需求日期 送达日期 服务日期 预约日期 配送日期 送货日期 上门日期 date 哪天"),
    "time": _words(
        "时间 送达时间 需求时间 期望时间 希望时间 服务时间 预约时间 要求时间 送货时间 上门时间 配送时间 截止时间 什么时候 "
        "何时 time 时段 期望送达时间 什么时候要 送餐时间 就诊时间 取药时间 完成时限"
    ),
    "urgency": _words("紧急 紧急程度 是否紧急 急 急否 是否加急 加急 优先级 轻重缓急 缓急 urgency 急不急"),
    "note": _words("备注 说明 注意事项 特殊情况 补充 备注说明 备注信息 其他 其它 补充说明 note notes remark remarks 注"),
    "groups": _words("人员类别 对象类别 老人情况 困难类型 身份 特殊群体 人群 人群类别 人员类型 老人类别 对象类型 身份类别 困难类别"),
    "done": _words("完成情况 是否完成 办理情况 办理状态 状态 完成 处理情况 办结情况 落实情况 是否办结 进度 是否送达"),
}
#: Columns that say nothing of the errand: when it was written down, by whom, and whose list it is.
IGNORED = _words(
    "序号 编号 序 号 no id 社区 居委会 街道 网格 网格员 年龄 性别 身份证 身份证号 身份证号码 志愿者 登记人 登记时间 登记日期 "
    "经办人 签字 签名 填表时间 填表日期 接电时间 来电时间 来电日期 受理时间 受理人 出生日期 出生年月 负责人 志愿者姓名 "
    "志愿者电话 完成时间 完成日期 登记 记录人 接单人 送达人 家属电话 子女电话 紧急联系人 紧急联系电话 家属 子女 家属姓名 年纪 "
    "民族 医保卡号 卡号 网格长 楼长 楼门长 录入时间 创建时间"
)

#: Kind and what stands in its needs, looked for in this order: the definite words before those that stand in much else.
KIND_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("clinic", _words("陪诊 陪同就医 陪看病 陪护 陪同看病 透析 复查 体检 clinic")),
    ("parcel", _words("快递 取件 包裹 寄件 驿站 菜鸟 取信 邮件 丰巢 parcel")),
    ("medicine", _words("药 降压 胰岛素 血糖试纸 降糖 阿司匹林 硝苯地平 二甲双胍 速效救心 布洛芬 退烧 胶囊 口服液 medicine")),
    ("clinic", _words("看病 就医 就诊 去医院 看医生 门诊 住院 打针 输液 挂号 hospital")),
    ("groceries", _words("买菜 买米 买面 groceries")),
    ("bill", _words("缴费 交费 电费 水费 燃气费 煤气费 话费 充值 取暖费 物业费 交电 买电 购电 代缴 银行 取钱 bill")),
    ("repair", _words("维修 修 漏水 换灯 水管 马桶 下水道 疏通 门锁 开锁 跳闸 断电 电路 水龙头 repair")),
    ("meal", _words("送餐 午餐 晚餐 早餐 盒饭 助餐 午饭 晚饭 早饭 热饭 老年餐 订餐 打饭 餐 饭 meal")),
    ("company", _words("陪伴 聊天 陪聊 探访 探望 散步 理发 陪同 看望 走访 读报 打扫 保洁 擦玻璃 company")),
    (
        "groceries",
        _words(
            "菜 米 面粉 面条 面 油 蛋 奶 肉 水果 苹果 香蕉 土豆 鸡 鱼 豆腐 盐 酱油 日用品 卫生纸 物资 食品 粮 超市 代购 代买 采购 "
            "购物 馒头 面包 纸尿裤 尿不湿 洗衣粉 矿泉水 桶装水"
        ),
    ),
)
#: What the kinds are called where a column says them; the words of the need are known there as well.
KIND_NAMES: dict[str, str] = {
    "取药": "medicine", "买菜": "groceries", "取快递": "parcel", "送餐": "meal", "陪诊": "clinic", "缴费": "bill",
    "小修": "repair", "陪伴": "company", "其他": "other", "其它": "other",
}  # fmt: skip

#: In this order: 不急 has 急 in it.
URGENCY_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("routine", ("不急", "不着急", "不紧急", "不太急", "有空", "方便时", "routine")),
    ("urgent", ("急", "马上", "立刻", "立即", "赶紧", "尽快", "尽早", "断药", "没药了", "火速", "asap", "urgent")),
    ("today", ("一般", "普通", "正常", "today")),
)
#: The same, where much else is said: 急 alone stands in many words.
URGENCY_TOLD: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("routine", ("不急", "不着急", "不紧急", "不太急")),
    ("urgent", ("加急", "紧急", "很急", "急用", "急需", "着急", "马上", "立刻", "立即", "赶紧", "尽快", "断药", "没药了", "火速")),
)
#: In a column that asks “urgent?”.
YES, NO = ("是", "√", "✓", "✔", "对", "有", "y", "yes", "1", "高"), ("否", "×", "不", "无", "n", "no", "0", "低", "不是")

#: What stands for nothing.
NOTHING = _words("无 没有 暂无 - — -- —— / 无。 n/a na #n/a 空 未填 不详 未提供 没 × none null")
#: The same as in the row above.
DITTO = _words("同上 〃 ″ \" '' “ ” 同前 … …… ... ......")
#: An errand of a ledger that is done already, or not wanted any more, is not posted.
DONE = _words("是 已完成 完成 已办结 办结 已送达 已送 已解决 √ ✓ ✔ 已处理 已办理 已落实 已取 已买 done 取消 已取消 不需要了 已配送 已办")
#: A cell that says no more than that here are sums, and one that counts: 共2件快递 is an errand.
SUMS = re.compile(r"(合计|总计|小计|共计|总数|汇总|累计|本页合计|total|sum)([:\d(].*)?", re.IGNORECASE | re.DOTALL)
COUNTS = re.compile(r"[共\d.户人单条件位次元份,，、;；/]+")
#: What stands under a table.
FOOTERS = re.compile(
    r"^(注|备注|说明|填表(人|单位|日期|时间)|制表(人|单位|日期)?|审核(人)?|经办(人)?|联系人|联系电话|日期|负责人|单位|盖章|填报(人|单位)|统计人)\s*[:：]"
)

GROUP_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("minimum_income", ("低保",)), ("low_income", ("低收",)), ("destitute", ("特困", "五保")), ("left_behind", ("留守",)),
    ("childless", ("孤寡", "失独", "无子女", "孤老")), ("living_alone", ("独居",)), ("child", ("困境儿童", "孤儿")),
    ("disabled", ("残疾", "重残", "肢残", "失能", "盲", "聋")),
)  # fmt: skip

#: Part of a day → from and until when, in minutes of the day; and whether an hour said with it is after noon.
DAY_PARTS: dict[str, tuple[int, int, bool]] = {
    "凌晨": (0, 360, False), "清晨": (360, 540, False), "清早": (360, 540, False), "大早": (360, 540, False), "早上": (420, 720, False),
    "早晨": (420, 720, False), "早饭前": (360, 480, False), "上午": (480, 720, False), "早": (420, 720, False), "中午": (660, 840, True),
    "午饭": (660, 780, True), "下午": (720, 1080, True), "午后": (720, 1080, True), "傍晚": (1020, 1200, True), "晚饭": (1020, 1140, True),
    "晚上": (1080, 1260, True), "夜里": (1200, 1439, True), "晚": (1080, 1260, True), "am": (480, 720, False), "pm": (720, 1080, True),
    "全天": (480, 1200, False), "白天": (480, 1080, False),
}  # fmt: skip
#: Days that are said by a word → how many days from today. In this order: 大后天 has 后天 in it.
NEAR_DAYS: dict[str, int] = {
    "大后天": 3, "后天": 2, "后日": 2, "明天": 1, "明日": 1, "明儿": 1, "隔天": 1, "第二天": 1, "次日": 1, "今天": 0,
    "今日": 0, "今儿": 0, "当天": 0, "当日": 0, "本日": 0, "大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "明": 1,
    "今": 0, "tomorrow": 1, "today": 0,
}  # fmt: skip
#: Whenever: no window at all.
ANY_TIME = _words(
    "随时 都行 都可以 均可 不限 任意 看情况 有空 方便时 不急 尽快 马上 立刻 立即 尽早 急 加急 待定 电话联系 无要求 没要求 "
    "越快越好 不定 可以 都可 赶紧"
)
