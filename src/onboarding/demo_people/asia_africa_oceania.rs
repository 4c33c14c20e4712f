//! The people who live in Asia, Africa and Oceania.

use super::{DemoPerson, person};

pub(super) const PEOPLE: [DemoPerson; 19] = [
    person("yuki_mori", "Yuki Moriwaki", "Asia/Tokyo")
        .bio("京都で指物師をしています。海外からの見学が増えて、道具の話を英語でできるようになりたいです。")
        .native(&["ja"])
        .learning(&[("en", "B1")])
        .interests(&["crafts", "architecture", "coffee", "hiking"]),
    person("haruto.s", "Haruto Shimada", "Asia/Tokyo")
        .bio(
            "Train timetable planner in Tokyo, and yes, I collect foreign ones too. German first, Portuguese because \
             of a long evening in a bar in Coimbra.",
        )
        .native(&["ja"])
        .fluent(&["en"])
        .learning(&[("de", "A2"), ("pt", "A1")])
        .interests(&["technology", "music", "travel", "board-games"]),
    person("aya_k", "Aya Kurihara", "Asia/Tokyo")
        .bio(
            "Radio presenter in Fukuoka. The ferry to Busan takes a morning, and I would like to need less time than \
             that to find the right ending of a verb.",
        )
        .native(&["ja"])
        .learning(&[("ko", "B2")])
        .interests(&["podcasts", "cooking", "theatre", "travel"]),
    person("kenji.h", "Kenji Hatakeda", "Asia/Tokyo")
        .bio(
            "Tea merchant in Osaka, third generation. I buy in Taiwan and Fujian twice a year and my father did all \
             the talking until now.",
        )
        .native(&["ja"])
        .learning(&[("zh", "A2")])
        .interests(&["business", "cooking", "history", "cycling"]),
    person("mio_t", "Mio Tanabe", "Asia/Tokyo")
        .bio("札幌の大学生です。来年ウェールズに留学するので、聞き返す勇気をつけたいです。合唱と雪かきが得意。")
        .native(&["ja"])
        .learning(&[("en", "A2")])
        .interests(&["singing", "anime", "books", "pets"]),
    person("soyeon_h", "Soyeon Han", "Asia/Seoul")
        .bio(
            "Book designer in Seoul. I work with authors in New York and London and want our calls to sound less like \
             my e-mails.",
        )
        .native(&["ko"])
        .learning(&[("en", "B2")])
        .interests(&["design", "books", "baking", "film"]),
    person("minjun.l", "Minjun Lim", "Asia/Seoul")
        .bio("부산에서 작은 국숫집을 합니다. 후쿠오카에서 오는 단골손님들과 날씨 말고 다른 이야기도 해 보고 싶어요.")
        .native(&["ko"])
        .learning(&[("ja", "B1")])
        .interests(&["cooking", "football", "travel", "comedy"]),
    person("nari_c", "Nari Choi", "Asia/Seoul")
        .bio(
            "Dance teacher in Seoul. Two summers of flamenco in Jerez taught me to count to twelve in Spanish; I am \
             ready for thirteen.",
        )
        .native(&["ko"])
        .fluent(&["en"])
        .learning(&[("es", "A2")])
        .interests(&["dancing", "music", "drawing", "yoga"]),
    person("doyun_b", "Doyun Baek", "Asia/Seoul")
        .bio(
            "I study robotics in Daejeon and play goalkeeper badly. In English I know the word for every screw and \
             none for small talk.",
        )
        .native(&["ko"])
        .learning(&[("en", "A2")])
        .interests(&["programming", "football", "video-games", "science"]),
    person("lin_wen", "Lin Wen", "Asia/Shanghai")
        .bio(
            "Landscape architect in Shanghai. I can present a park in English; what I miss is the ten minutes of \
             chatting before and after.",
        )
        .native(&["zh"])
        .learning(&[("en", "B2")])
        .interests(&["gardening", "architecture", "tennis", "drawing"]),
    person("xiaoyu_z", "Xiaoyu Zhang", "Asia/Shanghai")
        .bio(
            "Violin maker’s apprentice in Chengdu. My teacher trained in Mirecourt and swears in French, so that part \
             I have already.",
        )
        .native(&["zh"])
        .fluent(&["en"])
        .learning(&[("fr", "A2")])
        .interests(&["playing-music", "crafts", "cycling", "cooking"]),
    person("haoran_c", "Chen Haoran", "Asia/Taipei")
        .bio("我在台北開獨立書店，常進日本的繪本。想跟出版社的朋友好好聊天，不要每次都靠比手畫腳。")
        .native(&["zh"])
        .learning(&[("ja", "B1")])
        .interests(&["books", "drawing", "history", "cycling"]),
    person("mei_teo", "Mei Ling Teo", "Asia/Singapore")
        .bio(
            "Paediatrician in Singapore. I took up Italian for opera and discovered that nobody in opera ever asks \
             where the bus stop is.",
        )
        .native(&["zh"])
        .fluent(&["en"])
        .learning(&[("it", "A1")])
        .interests(&["music", "science", "swimming", "gardening"]),
    person("layla_h", "Layla Haddad", "Asia/Amman")
        .bio(
            "Translator in Amman, from English into Arabic. Spanish is the language in which I do not work: I read \
             novels in it, and would like to talk about them.",
        )
        .native(&["ar"])
        .fluent(&["en"])
        .learning(&[("es", "B1")])
        .interests(&["books", "poetry", "cooking", "film"]),
    person("omar.w", "Omar Wahdan", "Africa/Cairo")
        .bio("أعمل مرشداً في متحف صغير بالقاهرة. أحفظ شرح القاعات بالإنجليزية عن ظهر قلب، لكن أسئلة الزوار تفاجئني كل مرة.")
        .native(&["ar"])
        .learning(&[("en", "B1")])
        .interests(&["history", "photography", "football", "comedy"]),
    person("salma_b", "Salma Bennis", "Africa/Casablanca")
        .bio(
            "Pharmacist in Casablanca, amateur actress on weekends. Our troupe is invited to a festival in Toronto and \
             I have volunteered to do the talking.",
        )
        .native(&["ar"])
        .fluent(&["fr"])
        .learning(&[("en", "B1")])
        .interests(&["theatre", "books", "fashion", "running"]),
    person("youssef_g", "Youssef Gharbi", "Africa/Tunis")
        .bio(
            "Olive farmer south of Tunis. The man who buys most of our oil lives in Puglia, and we have been friends \
             for six years with about sixty words.",
        )
        .native(&["ar"])
        .fluent(&["fr"])
        .learning(&[("it", "A2")])
        .interests(&["business", "cooking", "football", "photography"]),
    person("tobi_a", "Tobi Adeyemi", "Africa/Lagos")
        .bio(
            "I build websites for museums from Lagos. French for the neighbours in Cotonou; Arabic because a \
             manuscript in Timbuktu looked at me and I looked back.",
        )
        .native(&["en"])
        .learning(&[("fr", "A2"), ("ar", "A1")])
        .interests(&["programming", "history", "football", "photography"]),
    person("callum_w", "Callum Whitby", "Australia/Melbourne")
        .bio(
            "Tennis coach in Melbourne. Several of the families I work with speak Mandarin, and I would like to tell \
             the parents good news without an app.",
        )
        .native(&["en"])
        .learning(&[("zh", "A2")])
        .interests(&["tennis", "swimming", "gardening", "podcasts"]),
];
