//! What people are called by the language that they grew up with, and where they live: for the many beyond the sixty.

/// The names of one language. Each given name stands with what somebody of that name is called in a username.
pub struct Names {
    /// Its code.
    pub language: &'static str,
    /// As written, and in small Latin letters.
    pub given: &'static [(&'static str, &'static str)],
    /// As written.
    pub family: &'static [&'static str],
    /// The family's name is said first, and without a space.
    pub is_family_first: bool,
    /// Time zones of where it is spoken, each with the country; the more people, the more often.
    pub places: &'static [(&'static str, &'static str)],
}

impl Names {
    /// Those of a language, or, for one without an entry, of everywhere.
    pub fn of(language: &str) -> &'static Self {
        let found = NAMES.iter().find(|names| names.language == language);
        found.unwrap_or(&EVERYWHERE)
    }
}

const EVERYWHERE: Names = Names {
    language: "",
    given: &[
        ("Maya", "maya"),
        ("Leo", "leo"),
        ("Nina", "nina"),
        ("Adam", "adam"),
        ("Lena", "lena"),
        ("Sami", "sami"),
        ("Ida", "ida"),
        ("Jonas", "jonas"),
        ("Vera", "vera"),
        ("Milan", "milan"),
        ("Noor", "noor"),
        ("Kai", "kai"),
    ],
    family: &[
        "Berg", "Novak", "Lind", "Haas", "Moller", "Kos", "Dahl", "Varga", "Sato", "Roy", "Salem", "Mensah",
    ],
    is_family_first: false,
    places: &[
        ("Europe/Stockholm", "SE"),
        ("Europe/Prague", "CZ"),
        ("Europe/Budapest", "HU"),
        ("Africa/Nairobi", "KE"),
        ("Asia/Manila", "PH"),
        ("Pacific/Auckland", "NZ"),
    ],
};

const NAMES: &[Names] = &[
    Names {
        language: "en",
        given: &[
            ("Olivia", "olivia"),
            ("James", "james"),
            ("Emma", "emma"),
            ("Liam", "liam"),
            ("Grace", "grace"),
            ("Noah", "noah"),
            ("Hannah", "hannah"),
            ("Ethan", "ethan"),
            ("Ruby", "ruby"),
            ("Daniel", "daniel"),
            ("Chloe", "chloe"),
            ("Owen", "owen"),
            ("Zoe", "zoe"),
            ("Caleb", "caleb"),
            ("Megan", "megan"),
            ("Isaac", "isaac"),
        ],
        family: &[
            "Smith", "Johnson", "Brown", "Taylor", "Wilson", "Evans", "Walker", "Wright", "Hughes", "Cooper", "Murphy",
            "Clarke", "Campbell", "Reed", "Foster", "O'Neill",
        ],
        is_family_first: false,
        places: &[
            ("America/New_York", "US"),
            ("America/Chicago", "US"),
            ("America/Los_Angeles", "US"),
            ("Europe/London", "GB"),
            ("America/Toronto", "CA"),
            ("Australia/Sydney", "AU"),
            ("Europe/Dublin", "IE"),
        ],
    },
    Names {
        language: "es",
        given: &[
            ("Lucía", "lucia"),
            ("Mateo", "mateo"),
            ("Sofía", "sofia"),
            ("Diego", "diego"),
            ("Valentina", "valentina"),
            ("Andrés", "andres"),
            ("Camila", "camila"),
            ("Álvaro", "alvaro"),
            ("Inés", "ines"),
            ("Nicolás", "nicolas"),
            ("Ximena", "ximena"),
            ("Joaquín", "joaquin"),
            ("Rocío", "rocio"),
            ("Íñigo", "inigo"),
            ("Begoña", "begona"),
            ("Raúl", "raul"),
        ],
        family: &[
            "García",
            "Martínez",
            "López",
            "Hernández",
            "González",
            "Pérez",
            "Sánchez",
            "Ramírez",
            "Núñez",
            "Muñoz",
            "Castro",
            "Ibáñez",
            "Rojas",
            "Vargas",
            "Peña",
            "Quispe",
        ],
        is_family_first: false,
        places: &[
            ("America/Mexico_City", "MX"),
            ("America/Bogota", "CO"),
            ("Europe/Madrid", "ES"),
            ("America/Argentina/Buenos_Aires", "AR"),
            ("America/Lima", "PE"),
            ("America/Santiago", "CL"),
            ("Atlantic/Canary", "ES"),
        ],
    },
    Names {
        language: "zh",
        given: &[
            ("伟", "wei"),
            ("芳", "fang"),
            ("娜", "na"),
            ("敏", "min"),
            ("静", "jing"),
            ("磊", "lei"),
            ("洋", "yang"),
            ("艳", "yan"),
            ("子涵", "zihan"),
            ("浩然", "haoran"),
            ("欣怡", "xinyi"),
            ("宇轩", "yuxuan"),
            ("思远", "siyuan"),
            ("雨桐", "yutong"),
        ],
        family: &[
            "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "欧阳", "司马",
        ],
        is_family_first: true,
        places: &[
            ("Asia/Shanghai", "CN"),
            ("Asia/Taipei", "TW"),
            ("Asia/Singapore", "SG"),
            ("Asia/Kuala_Lumpur", "MY"),
        ],
    },
    Names {
        language: "ja",
        given: &[
            ("陽菜", "hina"),
            ("結衣", "yui"),
            ("さくら", "sakura"),
            ("美咲", "misaki"),
            ("翔太", "shota"),
            ("大輝", "daiki"),
            ("蓮", "ren"),
            ("悠真", "yuma"),
            ("ひろし", "hiroshi"),
            ("真由美", "mayumi"),
            ("健", "ken"),
            ("直子", "naoko"),
        ],
        family: &[
            "佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田",
        ],
        is_family_first: true,
        places: &[("Asia/Tokyo", "JP")],
    },
    Names {
        language: "ko",
        given: &[
            ("민준", "minjun"),
            ("서연", "seoyeon"),
            ("지후", "jihu"),
            ("하은", "haeun"),
            ("도윤", "doyun"),
            ("지우", "jiwoo"),
            ("수빈", "subin"),
            ("현우", "hyunwoo"),
            ("은지", "eunji"),
            ("태양", "taeyang"),
        ],
        family: &["김", "이", "박", "최", "정", "강", "조", "윤", "장", "임"],
        is_family_first: true,
        places: &[("Asia/Seoul", "KR")],
    },
    Names {
        language: "pt",
        given: &[
            ("Beatriz", "beatriz"),
            ("João", "joao"),
            ("Mariana", "mariana"),
            ("Gonçalo", "goncalo"),
            ("Letícia", "leticia"),
            ("Thiago", "thiago"),
            ("Júlia", "julia"),
            ("Caio", "caio"),
            ("Inês", "ines"),
            ("Rafael", "rafael"),
            ("Luísa", "luisa"),
            ("Davi", "davi"),
        ],
        family: &[
            "Silva",
            "Santos",
            "Oliveira",
            "Souza",
            "Pereira",
            "Costa",
            "Ferreira",
            "Almeida",
            "Gonçalves",
            "Araújo",
            "Conceição",
            "Lima",
        ],
        is_family_first: false,
        places: &[
            ("America/Sao_Paulo", "BR"),
            ("America/Bahia", "BR"),
            ("Europe/Lisbon", "PT"),
            ("Africa/Luanda", "AO"),
        ],
    },
    Names {
        language: "fr",
        given: &[
            ("Chloé", "chloe"),
            ("Louis", "louis"),
            ("Manon", "manon"),
            ("Théo", "theo"),
            ("Élise", "elise"),
            ("Hugo", "hugo"),
            ("Zoé", "zoe"),
            ("François", "francois"),
            ("Amélie", "amelie"),
            ("Maël", "mael"),
            ("Aïcha", "aicha"),
            ("Benoît", "benoit"),
        ],
        family: &[
            "Martin",
            "Bernard",
            "Dubois",
            "Lefèvre",
            "Moreau",
            "Girard",
            "Besançon",
            "Gauthier",
            "Noël",
            "Diallo",
            "Tremblay",
            "Roy",
        ],
        is_family_first: false,
        places: &[
            ("Europe/Paris", "FR"),
            ("America/Toronto", "CA"),
            ("Europe/Brussels", "BE"),
            ("Africa/Dakar", "SN"),
            ("Europe/Zurich", "CH"),
        ],
    },
    Names {
        language: "de",
        given: &[
            ("Mia", "mia"),
            ("Felix", "felix"),
            ("Jürgen", "juergen"),
            ("Käthe", "kaethe"),
            ("Lukas", "lukas"),
            ("Johanna", "johanna"),
            ("Björn", "bjoern"),
            ("Sabine", "sabine"),
            ("Moritz", "moritz"),
            ("Anneliese", "anneliese"),
            ("Emre", "emre"),
            ("Klara", "klara"),
        ],
        family: &[
            "Müller",
            "Schmidt",
            "Schneider",
            "Weiß",
            "Wagner",
            "Köhler",
            "Schäfer",
            "Krüger",
            "Groß",
            "Yılmaz",
            "Huber",
            "Böhm",
        ],
        is_family_first: false,
        places: &[
            ("Europe/Berlin", "DE"),
            ("Europe/Vienna", "AT"),
            ("Europe/Zurich", "CH"),
        ],
    },
    Names {
        language: "ar",
        given: &[
            ("محمد", "mohamed"),
            ("فاطمة", "fatima"),
            ("أحمد", "ahmed"),
            ("عائشة", "aisha"),
            ("يوسف", "youssef"),
            ("مريم", "maryam"),
            ("خالد", "khaled"),
            ("ليلى", "layla"),
            ("عمر", "omar"),
            ("نور", "nour"),
        ],
        family: &[
            "الأحمد",
            "حسن",
            "إبراهيم",
            "منصور",
            "الخطيب",
            "سعيد",
            "العلي",
            "ناصر",
            "حداد",
            "القاسم",
        ],
        is_family_first: false,
        places: &[
            ("Africa/Cairo", "EG"),
            ("Asia/Riyadh", "SA"),
            ("Africa/Casablanca", "MA"),
            ("Asia/Beirut", "LB"),
            ("Asia/Dubai", "AE"),
        ],
    },
    Names {
        language: "ru",
        given: &[
            ("Анастасия", "nastya"),
            ("Дмитрий", "dima"),
            ("Мария", "masha"),
            ("Иван", "ivan"),
            ("Ольга", "olga"),
            ("Алексей", "alexey"),
            ("Елена", "lena"),
            ("Артём", "artyom"),
            ("Светлана", "sveta"),
            ("Пётр", "pyotr"),
        ],
        family: &[
            "Иванов",
            "Смирнова",
            "Кузнецов",
            "Попова",
            "Соколов",
            "Лебедева",
            "Новиков",
            "Морозова",
            "Ким",
            "Зайцев",
        ],
        is_family_first: false,
        places: &[
            ("Europe/Moscow", "RU"),
            ("Asia/Yekaterinburg", "RU"),
            ("Asia/Almaty", "KZ"),
            ("Europe/Minsk", "BY"),
        ],
    },
    Names {
        language: "it",
        given: &[
            ("Giulia", "giulia"),
            ("Lorenzo", "lorenzo"),
            ("Martina", "martina"),
            ("Nicolò", "nicolo"),
            ("Chiara", "chiara"),
            ("Davide", "davide"),
            ("Aurora", "aurora"),
            ("Matteo", "matteo"),
            ("Noemi", "noemi"),
            ("Pietro", "pietro"),
        ],
        family: &[
            "Rossi", "Russo", "Ferrari", "Esposito", "Bianchi", "Romano", "Colombo", "Ricci", "Marino", "D'Angelo",
        ],
        is_family_first: false,
        places: &[("Europe/Rome", "IT"), ("Europe/Zurich", "CH")],
    },
    Names {
        language: "hi",
        given: &[
            ("आरव", "aarav"),
            ("प्रिया", "priya"),
            ("रोहन", "rohan"),
            ("अनन्या", "ananya"),
            ("विक्रम", "vikram"),
            ("कविता", "kavita"),
            ("अर्जुन", "arjun"),
            ("नेहा", "neha"),
        ],
        family: &["शर्मा", "वर्मा", "सिंह", "गुप्ता", "पटेल", "मिश्रा", "यादव", "जोशी"],
        is_family_first: false,
        places: &[("Asia/Kolkata", "IN")],
    },
    Names {
        language: "tr",
        given: &[
            ("Zeynep", "zeynep"),
            ("Emre", "emre"),
            ("Elif", "elif"),
            ("Çağlar", "caglar"),
            ("Şeyma", "seyma"),
            ("İbrahim", "ibrahim"),
            ("Gülşen", "gulsen"),
            ("Ömer", "omer"),
        ],
        family: &["Yılmaz", "Kaya", "Demir", "Çelik", "Şahin", "Öztürk", "Aydın", "Işık"],
        is_family_first: false,
        places: &[("Europe/Istanbul", "TR")],
    },
    Names {
        language: "vi",
        given: &[
            ("Linh", "linh"),
            ("Minh", "minh"),
            ("Hương", "huong"),
            ("Đức", "duc"),
            ("Thảo", "thao"),
            ("Quân", "quan"),
            ("Ngọc", "ngoc"),
            ("Tuấn", "tuan"),
        ],
        family: &["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Võ", "Đặng", "Bùi"],
        is_family_first: false,
        places: &[("Asia/Ho_Chi_Minh", "VN")],
    },
    Names {
        language: "pl",
        given: &[
            ("Zofia", "zofia"),
            ("Jakub", "jakub"),
            ("Łucja", "lucja"),
            ("Michał", "michal"),
            ("Agnieszka", "agnieszka"),
            ("Paweł", "pawel"),
            ("Kasia", "kasia"),
            ("Stanisław", "stanislaw"),
        ],
        family: &[
            "Nowak",
            "Kowalska",
            "Wiśniewski",
            "Wójcik",
            "Zielińska",
            "Szymański",
            "Dąbrowska",
            "Król",
        ],
        is_family_first: false,
        places: &[("Europe/Warsaw", "PL")],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::model::Username;
    use crate::profiles::countries::Country;
    use crate::profiles::languages::LanguageCode;

    #[test]
    fn names_are_what_the_forms_take() {
        for names in NAMES.iter().chain([&EVERYWHERE]) {
            assert!(
                names.language.is_empty() || LanguageCode::parse(names.language).is_some(),
                "{}",
                names.language
            );
            assert!(!names.given.is_empty() && !names.family.is_empty() && !names.places.is_empty());
            for (_, latin) in names.given {
                Username::parse(&format!("{latin}_1000000")).unwrap();
            }
            for (zone, country) in names.places {
                assert!(jiff::tz::TimeZone::get(zone).is_ok(), "{zone}");
                assert!(matches!(Country::parse(country), Ok(Some(_))), "{country}");
            }
        }
        assert_eq!(Names::of("ja").language, "ja");
        assert_eq!(Names::of("eo").language, "");
    }
}
