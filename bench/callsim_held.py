"""Scripts of calls for callsim (see docs/measuring.md): other voices, trades and phrases than the samples.

These calls are for measuring and never for tuning. ``F`` marks taboo phrases, verbatim parts of the line.
"""


def F(*phrases):
    return {"tags": {"forbidden": list(phrases)}}


def cut_in(seconds):
    return {"gap": -seconds, "tags": {"interrupts": True}}


CALLS = [
    dict(id="h01_water", agent="zf_xiaoyi", customer="zm_yunyang", layout="stereo", codec="alaw", snr=26, lines=[
        ("A", "您好，自来水公司客户服务中心，工号三零五二，请问有什么可以帮到您？"),
        ("C", "我们小区今天早上开始停水了，什么时候能恢复啊？"),
        ("A", "请您说一下小区的名称和所在的街道。"),
        ("C", "中山街道，阳光花园。"),
        ("A", "好的，请稍等，我帮您查询一下。"),
        ("A", "让您久等了，那边正在更换主管道，预计下午三点恢复供水，请您提前做好储水准备。", {"gap": 5.0}),
        ("C", "行，知道了。"),
        ("A", "请问您还有其他需要咨询的吗？"),
        ("C", "没有了，谢谢。"),
        ("A", "感谢您的来电，祝您生活愉快，再见。")]),
    dict(id="h02_bank_rude", agent="zm_yunxia", customer="zf_xiaoxiao", layout="stereo", codec="ulaw", snr=23, lines=[
        ("A", "喂，什么事情？"),
        ("C", "我的银行卡在取款机里被吞了，现在怎么办？"),
        ("A", "这个不是我们部门的事，关我什么事。", F("关我什么事")),
        ("C", "那我应该找谁呢？"),
        ("A", "我不知道，你自己看着办。", F("我不知道", "你自己看着办")),
        ("C", "你怎么这个态度啊？"),
        ("A", "我就这个态度，你去投诉我好了。", F("我就这个态度")),
        ("C", "好，你等着。")]),
    dict(id="h03_express", agent="zf_xiaobei+zf_xiaoyi:0.4", customer="zm_yunjian", layout="stereo", codec="mp3", rate=16000, snr=28, lines=[
        ("A", "您好，快递客服，很高兴为您服务。"),
        ("C", "我的快递显示签收了，可是我根本没有收到。"),
        ("A", "给您带来不便非常抱歉，请提供一下运单号码。"),
        ("C", "七七八八九九零零一二三四。"),
        ("A", "查到了，包裹放在小区门口的快递柜，我们马上请快递员联系您。"),
        ("C", "好吧，以后要先打电话。"),
        ("A", "您的建议我已经登记，请问还有其他问题吗？"),
        ("C", "没了。"),
        ("A", "谢谢您的来电，再见。")]),
    dict(id="h04_tv_blame", agent="zm_yunyang", customer="zf_xiaoyi", layout="stereo", codec="alaw", snr=24, lines=[
        ("A", "你好，有线电视，请讲。"),
        ("C", "我家的电视看不了，提示没有授权。"),
        ("A", "你自己欠费了，怪谁啊。", F("怪谁啊")),
        ("C", "我上个月才交的费。"),
        ("A", "说了多少遍了，要去营业厅办理。", F("说了多少遍了")),
        ("C", "你刚才没有说要去营业厅啊。"),
        ("A", "你听不懂人话吗？", F("你听不懂人话吗")),
        ("C", "你再说一遍？"),
        ("A", "懒得跟你说，挂了。", F("懒得跟你说"))]),
    dict(id="h05_trap_invite", agent="zf_xiaoxiao+zf_xiaobei:0.5", customer="zm_yunxi", layout="stereo", codec="pcm", snr=27, lines=[
        ("A", "喂，哪里？"),
        ("C", "你好，我收到一个邀请码，想申请会员。"),
        ("A", "邀请码在申请页面输入，申请通过以后有短信通知。"),
        ("C", "需要多久啊？"),
        ("A", "你好像是第一次申请，一般两三天，再见面的活动下个月才有。"),
        ("C", "我要请假去参加吗？"),
        ("A", "不用请假，周末举行。"),
        ("C", "好的。")]),
    dict(id="h06_mono_hospital", agent="zf_xiaoyi", customer="zm_yunxi", layout="mono", codec="gsm", snr=25, lines=[
        ("A", "您好，预约挂号服务台，请问您要挂哪个科室？"),
        ("C", "我想挂骨科的专家号。"),
        ("A", "请问您想约哪一天呢？"),
        ("C", "这周五上午可以吗？"),
        ("A", "周五上午还有两个号，请您报一下姓名和就诊卡号。"),
        ("C", "张伟，卡号二零零三八八。"),
        ("A", "我跟您确认一下，周五上午骨科专家号，就诊人张伟，对吗？"),
        ("C", "对。"),
        ("A", "已经预约成功，请您当天提前半小时取号，再见。")]),
    dict(id="h07_mono_rude", agent="zm_yunxi", customer="zf_xiaobei", layout="mono", codec="pcm", snr=23, lines=[
        ("A", "喂，又怎么了？"),
        ("C", "我订的机票想改签一下。"),
        ("A", "改不了，烦不烦啊。", F("烦不烦")),
        ("C", "网站上写着可以改签的。"),
        ("A", "那你去找网站，别来找我。", F("别来找我")),
        ("C", "你们不是客服吗？"),
        ("A", "爱改不改，有本事你去投诉。", F("有本事你去投诉")),
        ("C", "真是没见过这样的客服。")]),
    dict(id="h08_swapped_power", agent="zm_yunyang+zm_yunjian:0.5", customer="zf_xiaoxiao", layout="stereo-swapped", codec="alaw", snr=25, lines=[
        ("A", "您好，供电服务热线，请问有什么可以帮您？"),
        ("C", "我家的电表好像走得特别快，这个月电费多了一倍。"),
        ("A", "请您提供一下户号，我帮您查询用电记录。"),
        ("C", "户号是四四零一二二九。"),
        ("A", "您本月空调用电较多，如果您有疑问，我们可以安排师傅上门校验。"),
        ("C", "那安排一下吧。"),
        ("A", "已经为您登记，两个工作日内会有师傅与您联系，请保持电话畅通，再见。")]),
    dict(id="h09_interrupt", agent="zm_yunjian+zm_yunxi:0.5", customer="zf_xiaoyi", layout="stereo", codec="ulaw", snr=26, lines=[
        ("A", "您好，保险客服，请问您要办理什么业务？"),
        ("C", "我上个月出了一个小事故，材料都交上去了，到现在理赔款还没有到账，我想问一下。"),
        ("A", "理赔要等审核的，你先把保单号报一下。", cut_in(2.3)),
        ("C", "你让我把话说完好吗，我已经问过三次了，每次都说在审核，到底还要等多久。", {"gap": 0.4}),
        ("A", "审核时间我们这边也控制不了的。", cut_in(1.8)),
        ("C", "那你们谁能控制？"),
        ("A", "请您耐心等待，有结果会短信通知您，再见。")]),
    dict(id="h10_hotline_silence", agent="zf_xiaobei", customer="zm_yunyang", layout="stereo", codec="pcm", snr=30, lines=[
        ("A", "您好，市民热线，请讲。"),
        ("C", "我要反映一下，楼下的烧烤摊每天半夜还在营业，吵得睡不着。"),
        ("A", "好的，请问具体的地址是哪里？"),
        ("C", "解放路一百二十号门口。"),
        ("A", "请稍等，我记录一下。"),
        ("C", "喂，听得到吗？", {"gap": 9.0}),
        ("A", "听得到的，已经为您登记，三个工作日内回复您。", {"gap": 3.8}),
        ("C", "好，谢谢。"),
        ("A", "不客气，再见。")]),
    dict(id="h11_fast_telecom", agent="zf_xiaoxiao", customer="zm_yunxia", layout="stereo", codec="alaw", snr=27, lines=[
        ("A", "您好，通信客服，请问有什么可以帮您？", {"speed": 1.5}),
        ("C", "我的流量怎么用得这么快？"),
        ("A", "您本月的套餐包含二十个国内流量，目前已经使用十八个，建议您开通流量提醒，或者办理一个流量包。", {"speed": 1.5}),
        ("C", "流量包怎么收费？"),
        ("A", "十块钱五个，当月有效，不能结转到下个月，请问您需要办理吗？", {"speed": 1.5}),
        ("C", "不用了。"),
        ("A", "好的，感谢您的来电，再见。", {"speed": 1.4})]),
    dict(id="h12_slow_gas", agent="zm_yunxia", customer="zf_xiaobei", layout="stereo", codec="pcm", snr=22, lines=[
        ("A", "您好，燃气公司。", {"speed": 0.85}),
        ("C", "我想问一下，你们的上门安检是免费的吗？"),
        ("A", "安检是免费的，每两年一次。", {"speed": 0.85}),
        ("C", "那换软管要钱吗？"),
        ("A", "软管要收材料费，六十块钱一根。", {"speed": 0.85}),
        ("C", "好的，那帮我约一下明天吧。"),
        ("A", "可以，明天上午九点到十一点，家里要留人。", {"speed": 0.85})]),
    dict(id="h13_shirk_shop", agent="zf_xiaoyi+zf_xiaoxiao:0.5", customer="zm_yunjian", layout="stereo", codec="alaw", snr=25, lines=[
        ("A", "您好，商城客服，请说。"),
        ("C", "我买的洗衣机漏水，要求换一台新的。"),
        ("A", "这不是我的事，你找厂家去。", F("这不是我的事")),
        ("C", "厂家说应该找你们商城。"),
        ("A", "我也没办法，随便你。", F("我也没办法", "随便你")),
        ("C", "那我只能投诉你们了。"),
        ("A", "你去告吧，告到哪里我都不怕。", F("你去告吧")),
        ("C", "行，我现在就去。")]),
    dict(id="h14_negation", agent="zf_xiaobei", customer="zm_yunxi", layout="stereo", codec="ulaw", snr=26, lines=[
        ("A", "您好，客户关怀中心，我是客服专员小林，请问您是王先生吗？"),
        ("C", "是我，你们上次那个人跟我说，我不知道，你找领导去，什么态度嘛！", {"speed": 1.1}),
        ("A", "非常抱歉，王先生，我们绝不会让您找领导去，这件事由我负责到底。", {"tags": {"negated": ["找领导去"]}}),
        ("C", "那还像句话。"),
        ("A", "我知道您很着急，请您给我一点时间，今天下班之前一定给您答复。"),
        ("C", "好，我等你电话。"),
        ("A", "谢谢您的理解，再见。")]),
]
