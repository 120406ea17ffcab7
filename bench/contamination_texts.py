"""Hand-made texts for bench/contamination.py: Japanese rows, paraphrases, forms, sums."""

WRAPS = {
    "en": (
        "You are a careful tutor. Solve the exam task below and explain each step.\n\n### Task\n{text}\n\n### Your solution",
        'Somebody asked me this yesterday: "{text}" What should I have said? Keep it short, please.',
    ),
    "zh": (
        "你是一位耐心的老师。请解答下面的考题，并说明每一步。\n\n### 题目\n{text}\n\n### 你的解答",
        "昨天有人问我：“{text}”我当时不知道怎么回答，你会怎么说？",
    ),
    "ja": (
        "あなたは親切な家庭教師です。次の試験問題を解き、手順も説明してください。\n\n### 問題\n{text}\n\n### 解答",
        "昨日、友人から「{text}」と聞かれて困りました。どう答えればよかったでしょうか。",
    ),
}

PARAPHRASES = {
    "en": (
        (
            "Explain in two sentences why the sky looks blue during the day and red at sunset.",
            "What makes daylight skies appear blue, whereas evenings turn them reddish? Answer briefly.",
        ),
        (
            "Write a polite e-mail to a landlord who has not repaired the heating for three weeks.",
            "My flat has been cold for almost a month; draft a courteous message asking the owner to fix the radiators.",
        ),
        (
            "List five healthy breakfast ideas that can be prepared in less than ten minutes.",
            "Give me a handful of quick and nutritious things to eat in the morning.",
        ),
        (
            "Describe the main differences between a virus and a bacterium for a ten-year-old child.",
            "How would you tell a young pupil what sets bacteria apart from viruses?",
        ),
        (
            "Summarise the plot of Romeo and Juliet without mentioning how the two lovers die.",
            "Tell the story of Shakespeare's famous young couple, leaving the ending out.",
        ),
        (
            "Convert the following recipe for four people into a recipe for ten people.",
            "I have guests tonight, so scale these ingredients up from four servings to ten.",
        ),
        (
            "Name three arguments for and three arguments against a four-day working week.",
            "Should people work only Monday to Thursday? Weigh up both sides with some reasons.",
        ),
        (
            "Suggest a plan for a rainy weekend in Vienna with two small children.",
            "We will be in the Austrian capital with toddlers and it will pour; what could we do from Saturday on?",
        ),
    ),
    "zh": (
        (
            "请用两句话解释为什么白天的天空是蓝色的，而日落时是红色的。",
            "白昼天色发蓝、傍晚却泛红，原因何在？简单说说。",
        ),
        (
            "给三周都没有修好暖气的房东写一封礼貌的电子邮件。",
            "我家快一个月没暖气了，帮我起草一段客气的话催房主维修。",
        ),
        ("列出五种十分钟以内就能做好的健康早餐。", "早上时间紧，有哪些又快又有营养的吃法？"),
        ("向一个十岁的孩子说明病毒和细菌的主要区别。", "怎样让小学生明白细菌跟病毒有什么不一样？"),
        (
            "概括《罗密欧与朱丽叶》的情节，但不要提到两位恋人是怎么死的。",
            "讲讲莎翁那对年轻情侣的故事，结局请略过。",
        ),
        ("请分别举出支持和反对每周工作四天的三个理由。", "一周只上四天班好不好？从正反两面谈谈。"),
    ),
    "ja": (
        (
            "昼間の空が青く、夕焼けが赤く見える理由を二文で説明してください。",
            "なぜ日中は空が青いのに、日が沈むころは赤くなるの？短く教えて。",
        ),
        (
            "三週間も暖房を直してくれない大家さんに、丁寧なメールを書いてください。",
            "部屋が一か月近く寒いままです。家主へ修理をお願いする文面を考えて。",
        ),
        (
            "十分以内に作れる健康的な朝ごはんを五つ挙げてください。",
            "朝は忙しいので、手早くて体によい食事のアイデアが欲しいです。",
        ),
        (
            "ウイルスと細菌の主な違いを、十歳の子どもに分かるように説明してください。",
            "小学生に細菌とウイルスがどう別物なのか伝えるには？",
        ),
        (
            "週休三日制に賛成する理由と反対する理由を三つずつ挙げてください。",
            "週四日勤務は良いのでしょうか。両方の立場から考えを述べて。",
        ),
        (
            "雨の週末に小さな子ども二人とウィーンで過ごす計画を立ててください。",
            "オーストリアの首都に幼児連れで行きますが天気が悪そうです。土日はどうしましょう。",
        ),
    ),
}

TEMPLATES = {
    "en": (
        "Read the following sentence and decide whether its tone is positive, negative or neutral.\n\nSentence: {text}",
        "Translate the sentence below into French and keep its style: {text}",
        "Rewrite this text so that a child of eight can understand it. Text: {text}",
        "Find all grammar mistakes in the following passage and correct them.\n{text}",
        "Which category does this text belong to: sports, politics, science or culture?\n\n{text}\n\nAnswer with one word.",
        "{text}\n\nSummarise what is said above in no more than ten words.",
    ),
    "zh": (
        "阅读下面的句子，判断其语气是积极、消极还是中性。\n\n句子：{text}",
        "请把下面这句话翻译成法语，并保持原来的风格：{text}",
        "请改写这段文字，让八岁的孩子也能看懂。文字：{text}",
        "找出下面这段话中的所有语法错误并加以改正。\n{text}",
        "这段文字属于哪一类：体育、政治、科学还是文化？\n\n{text}\n\n请只用一个词回答。",
        "{text}\n\n请用不超过二十个字概括上面的内容。",
    ),
    "ja": (
        "次の文を読んで、調子が肯定的か否定的か中立かを判断してください。\n\n文：{text}",
        "次の文を文体を保ったままフランス語に翻訳してください：{text}",
        "八歳の子どもにも分かるように、この文章を書き直してください。文章：{text}",
        "次の文章から文法の誤りをすべて見つけて直してください。\n{text}",
        "この文章はスポーツ、政治、科学、文化のどれに当たりますか。\n\n{text}\n\n一語で答えてください。",
        "{text}\n\n上の内容を二十字以内でまとめてください。",
    ),
}

NUMBERS = {
    "en": (
        "A train leaves the station and travels {} km in {} hours, then {} km in {} hours. What is its average speed over the whole journey?",
        "A shop sells {} apples in the morning and {} in the afternoon at {} cents each. How much money does it take in if {} apples are given away for free?",
        "Solve the equation {}x + {} = {} and round the result to {} decimal places, showing every step of the calculation.",
        "Maria is {} years old and her brother is {}. In how many years will they be {} years old together, if their cousin is {}?",
    ),
    "zh": (
        "一列火车先用{}小时行驶了{}公里，又用{}小时行驶了{}公里。请问它在整个旅程中的平均速度是多少？",
        "商店上午卖出{}个苹果，下午卖出{}个，每个{}元，另外送出了{}个。请问商店一共收入多少元？",
        "解方程{}x+{}={}，结果保留{}位小数，并写出每一步的计算过程。",
        "小明今年{}岁，弟弟{}岁，表哥{}岁。请问再过几年三个人的年龄之和是{}岁？",
    ),
    "ja": (
        "列車が{}時間で{}キロ走り、そのあと{}時間で{}キロ走りました。全体の平均の速さを求めなさい。",
        "ある店では午前にりんごが{}個、午後に{}個売れ、一個{}円です。{}個は無料で配りました。売り上げはいくらですか。",
        "方程式{}x+{}={}を解き、小数第{}位まで求めて、計算の手順もすべて書きなさい。",
        "太郎は{}歳、弟は{}歳、いとこは{}歳です。三人の年齢の合計が{}歳になるのは何年後ですか。",
    ),
}

JAPANESE = (
    (
        "日本の首都はどこですか。",
        "日本の首都は東京です。政治や経済の中心で、人口は約千四百万人にのぼり、世界でも有数の大都市として知られています。",
    ),
    (
        "光合成の仕組みを中学生に分かるように説明してください。",
        "植物は葉で光を受け取り、水と二酸化炭素から糖を作ります。このとき酸素が外に出されるので、私たちが呼吸する空気も植物のおかげで保たれているのです。",
    ),
    (
        "面接で緊張しないためのコツを三つ教えてください。",
        "まず話す内容を声に出して練習しておきましょう。次に会場へ早めに着いて深呼吸をします。最後に、完璧に話そうとせず、相手との会話を楽しむつもりで臨むと気持ちが楽になります。",
    ),
    (
        "味噌汁の作り方を教えてください。",
        "鍋に水とだしを入れて火にかけ、豆腐やわかめなどの具を煮ます。具に火が通ったら火を止め、味噌を少しずつ溶かし入れれば出来上がりです。沸騰させると香りが飛ぶので注意しましょう。",
    ),
    (
        "富士山に登るのに最もよい季節はいつですか。",
        "山小屋が開いている七月上旬から九月上旬までが最も適しています。それ以外の時期は雪や強風の危険があり、十分な経験と装備のない人は登るべきではありません。",
    ),
    (
        "俳句とは何かを簡単に説明してください。",
        "俳句は五七五の十七音からなる短い詩で、季節を表す季語を一つ入れるのが決まりです。松尾芭蕉や与謝蕪村の作品が特によく知られています。",
    ),
    (
        "節約しながら一人暮らしを楽しむ方法を提案してください。",
        "自炊を中心にして食費を抑え、図書館や公園など無料で使える施設を活用しましょう。家計簿を付けると無駄な出費に気づきやすくなり、浮いたお金を好きな趣味に回せます。",
    ),
    (
        "台風が近づいているときに家庭でしておくべき準備は何ですか。",
        "窓や雨戸を閉め、飛ばされそうな物を家の中にしまいます。停電や断水に備えて懐中電灯、飲み水、携帯電話の充電を確認し、避難場所までの道も家族で話し合っておきましょう。",
    ),
    (
        "リモートワークの利点と欠点を述べてください。",
        "通勤時間がなくなり、自分に合った環境で集中して働ける点が利点です。一方で、同僚との雑談が減って孤独を感じやすく、仕事と私生活の境目が曖昧になるという欠点もあります。",
    ),
    (
        "猫が夜中に鳴く理由を教えてください。",
        "空腹や退屈、縄張りの見回りなど、さまざまな理由が考えられます。寝る前によく遊んであげて食事を与えると落ち着くことが多いですが、急に鳴き方が変わったときは獣医に相談してください。",
    ),
    (
        "新幹線と飛行機のどちらが環境に優しいですか。",
        "一人を同じ距離だけ運ぶ場合、新幹線が出す二酸化炭素は飛行機のおよそ五分の一とされています。電気で走り、一度に多くの人を運べることがその理由です。",
    ),
    (
        "初心者におすすめの筋力トレーニングを紹介してください。",
        "まずは器具のいらない腕立て伏せ、スクワット、プランクの三つから始めましょう。週に二、三回、正しい姿勢を意識しながら無理のない回数で続けることが何より大切です。",
    ),
    (
        "江戸時代の庶民の暮らしについて説明してください。",
        "多くの町人は長屋と呼ばれる集合住宅に住み、井戸や便所を共同で使っていました。寺子屋で読み書きを学ぶ子どもも多く、歌舞伎や浮世絵などの娯楽が広く親しまれていました。",
    ),
    (
        "プログラミングを学ぶと何の役に立ちますか。",
        "手順を筋道立てて考える力が身に付き、日々の単純な作業を自動化できるようになります。また、身の回りのアプリがどのように動いているのかを理解する助けにもなります。",
    ),
    (
        "友人の結婚を祝う短いメッセージを書いてください。",
        "ご結婚おめでとうございます。お二人の笑顔があふれる温かい家庭を築かれますよう、心からお祈りしています。落ち着いたら、ぜひ新居にも遊びに行かせてくださいね。",
    ),
    (
        "地震が起きる仕組みを教えてください。",
        "地球の表面はプレートという大きな岩の板で覆われており、それらは少しずつ動いています。境目にたまったひずみに岩が耐えられなくなって割れるとき、その衝撃が揺れとなって伝わるのです。",
    ),
    (
        "読書感想文をうまく書くにはどうすればよいですか。",
        "読みながら心に残った場面に付箋を貼り、なぜそう感じたのかを書き留めておきましょう。あらすじは短くまとめ、自分の体験と結び付けて考えたことを中心に書くと説得力が増します。",
    ),
    (
        "緑茶と紅茶の違いは何ですか。",
        "どちらも同じ茶の木の葉から作られますが、発酵の度合いが違います。緑茶は摘んですぐに蒸して発酵を止め、紅茶は十分に発酵させてから乾燥させるため、色も香りも大きく異なります。",
    ),
    (
        "電気代を安くする方法を教えてください。",
        "冷暖房の設定温度を控えめにし、フィルターを定期的に掃除しましょう。古い冷蔵庫や照明を省エネ型に替えるだけでも、一年で一万円以上の差が出ることがあります。",
    ),
    (
        "子どもに本を好きになってもらうにはどうしたらよいでしょうか。",
        "毎晩同じ時間に読み聞かせをして、本の時間を楽しい習慣にするのが効果的です。難しい名作を押し付けず、本人が興味を持った絵本や図鑑を一緒に選んであげてください。",
    ),
    (
        "太陽系で一番大きい惑星はどれですか。",
        "太陽系で最も大きい惑星は木星です。直径は地球の約十一倍もあり、主に水素とヘリウムからできています。表面に見える大赤斑は何百年も続いている巨大な嵐です。",
    ),
    (
        "敬語の尊敬語と謙譲語の違いを例を挙げて説明してください。",
        "尊敬語は相手の動作を高める言い方で、「先生がいらっしゃる」のように使います。謙譲語は自分の動作を低めて相手を立てる言い方で、「私が伺います」がその例です。",
    ),
    (
        "海外旅行に持って行くと便利な物を挙げてください。",
        "変換プラグ、常備薬、折り畳み傘、予備の財布があると安心です。旅券の写しは原本とは別の場所に入れ、緊急の連絡先も紙に書いて持っておきましょう。",
    ),
    (
        "睡眠の質を上げるために寝る前に避けるべきことは何ですか。",
        "寝る直前まで明るい画面を見ることや、夕方以降にコーヒーを飲むことは避けましょう。熱すぎる風呂や深酒も眠りを浅くするので、床に就く一時間前からは静かに過ごすのが理想です。",
    ),
)
