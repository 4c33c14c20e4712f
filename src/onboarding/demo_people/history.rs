//! What has happened between the demo people before the house opens.

/// Pairs who are partners, by username.
pub static DEMO_PARTNERSHIPS: &[(&str, &str)] = &[
    ("ana", "ben"),
    ("clara.dubois", "diego.h"),
    ("theo_m", "hannah_m"),
    ("lukas_k", "marta_r"),
    ("matteo_b", "aoife_t"),
    ("paolo.trieste", "tomas.e"),
    ("nadia.k", "burak.t"),
    ("olga_v", "ruth.a"),
    ("renata.c", "eli_b"),
    ("maya_j", "soyeon_h"),
    ("aya_k", "minjun.l"),
    ("kenji.h", "haoran_c"),
    ("salma_b", "grace_o"),
    ("lin_wen", "callum_w"),
];

/// Requests that wait for an answer: who asks, whom, and the message.
pub static DEMO_REQUESTS: &[(&str, &str, &str)] = &[
    (
        "priya_n",
        "ana",
        "Hello Ana! We seem to have hiking and old paper in common: I draw maps. Half an hour on Sundays, first Spanish, then English?",
    ),
    (
        "layla_h",
        "ana",
        "Hola, Ana. Estoy leyendo a Carmen Laforet y me faltan los matices. A cambio, todo el inglés que quieras.",
    ),
    (
        "carmen_q",
        "ben",
        "Hola Ben, soy Carmen de Lima. Enseñas a niños, entonces seguro tienes paciencia con mi inglés. Yo tengo paciencia con tu español.",
    ),
    (
        "javier.o",
        "ben",
        "Hi Ben, I need easy English about normal things, not computers. I can offer Colombian Spanish, which is slow and clear, they say.",
    ),
    (
        "ana",
        "luiza_p",
        "Hi Luiza, I saw that you plan a long trip by bus. I made part of it and can tell you about it, slowly and in Spanish.",
    ),
    (
        "yuki_mori",
        "owen.p",
        "Hello Owen. I am a joiner in Kyoto. I saw ‘carpenter’ in your profile and was happy. Shall we talk about planes, the wooden ones?",
    ),
    (
        "omar.w",
        "tobi_a",
        "Dear Tobi, you make websites for museums and I work inside one. I will gladly help you with the Arabic letters from the start.",
    ),
    (
        "sam.whit",
        "kerem_a",
        "Hey Kerem, I have forty minutes after the kids are asleep, which should be early morning before your shift. Would that ever work?",
    ),
    (
        "xiaoyu_z",
        "theo_m",
        "Bonjour Théo ! Vous réparez des vélos, je fabrique des violons : nous avons sûrement les mêmes outils et pas les mêmes mots.",
    ),
    (
        "elif_k",
        "lukas_k",
        "Hi Lukas, I promise soup recipes in Turkish if you ask me hard questions in English. I have a conference in spring.",
    ),
    (
        "nari_c",
        "valen_r",
        "Hola Valentina, your remark about the alphabet made my week. I can explain why ㅎ wears a hat; you could explain the subjunctive.",
    ),
];

/// Calls that took place between partners: the two, how many days ago (at least 1), how many minutes.
///
/// No pair has two calls on one day, so the hour of the day is free for the seeding to choose.
pub static DEMO_CALLS: &[(&str, &str, u16, u16)] = &[
    ("ana", "ben", 2, 34),
    ("ben", "ana", 5, 41),
    ("ana", "ben", 9, 28),
    ("ana", "ben", 12, 52),
    ("ben", "ana", 16, 7),
    ("ben", "ana", 19, 38),
    ("ana", "ben", 26, 45),
    ("ben", "ana", 33, 25),
    ("clara.dubois", "diego.h", 1, 48),
    ("diego.h", "clara.dubois", 8, 36),
    ("clara.dubois", "diego.h", 15, 61),
    ("theo_m", "hannah_m", 3, 22),
    ("hannah_m", "theo_m", 10, 31),
    ("marta_r", "lukas_k", 4, 44),
    ("lukas_k", "marta_r", 11, 39),
    ("marta_r", "lukas_k", 18, 57),
    ("matteo_b", "aoife_t", 6, 33),
    ("aoife_t", "matteo_b", 20, 29),
    ("paolo.trieste", "tomas.e", 2, 74),
    ("paolo.trieste", "tomas.e", 9, 68),
    ("tomas.e", "paolo.trieste", 16, 81),
    ("burak.t", "nadia.k", 7, 26),
    ("olga_v", "ruth.a", 1, 55),
    ("ruth.a", "olga_v", 13, 63),
    ("eli_b", "renata.c", 5, 18),
    ("renata.c", "eli_b", 12, 35),
    ("maya_j", "soyeon_h", 3, 47),
    ("soyeon_h", "maya_j", 17, 40),
    ("aya_k", "minjun.l", 2, 30),
    ("minjun.l", "aya_k", 6, 24),
    ("aya_k", "minjun.l", 14, 37),
    ("haoran_c", "kenji.h", 21, 32),
    ("salma_b", "grace_o", 4, 27),
];
