//! The people who live in Europe; `ana` and `ben`, whose names are known, come first.

use super::{DemoPerson, person};

pub(super) const PEOPLE: [DemoPerson; 25] = [
    person("ana", "Ana Castillo", "Europe/Madrid")
        .bio(
            "I restore old books in a workshop in Lavapiés. I read English all day and freeze the moment somebody \
             talks to me, so I need conversations more than grammar.",
        )
        .native(&["es"])
        .learning(&[("en", "B1")])
        .interests(&["books", "crafts", "hiking", "cooking", "film"]),
    person("ben", "Ben Carter", "Europe/London")
        .bio(
            "Primary school teacher in Hackney. Half of my class speaks Spanish at home and corrects me with great \
             joy; I would like to catch up before they notice how far behind I am.",
        )
        .native(&["en"])
        .learning(&[("es", "B1")])
        .interests(&["cooking", "hiking", "history", "football", "film"]),
    person("marta_r", "Marta Robledo", "Europe/Madrid")
        .bio(
            "Enfermera en Sevilla. En otoño empiezo en un hospital de Múnich y quiero entender a los pacientes \
             mayores, no solo los informes.",
        )
        .native(&["es"])
        .fluent(&["en"])
        .learning(&[("de", "A2")])
        .interests(&["swimming", "singing", "podcasts", "family"])
        .interface("es"),
    person("diego.h", "Diego Herrero", "Europe/Madrid")
        .bio(
            "Cocino en un restaurante pequeño de Bilbao. Mis proveedores de queso están al otro lado de la frontera y \
             me gustaría regatear en su idioma.",
        )
        .native(&["es"])
        .fluent(&["en"])
        .learning(&[("fr", "B1")])
        .interests(&["cooking", "climbing", "cycling", "comedy"])
        .interface("es"),
    person("clara.dubois", "Clara Dubois", "Europe/Paris")
        .bio(
            "Physiotherapist in Lyon, in a choir on Tuesdays. My Spanish comes from a year in Granada and is slowly \
             turning back into French.",
        )
        .native(&["fr"])
        .fluent(&["en"])
        .learning(&[("es", "B2")])
        .interests(&["singing", "theatre", "hiking", "cooking"]),
    person("theo_m", "Théo Marchand", "Europe/Paris")
        .bio(
            "Je répare des vélos à Nantes et j’aimerais pouvoir raconter une histoire drôle en anglais sans perdre \
             la chute en route.",
        )
        .native(&["fr"])
        .learning(&[("en", "B1")])
        .interests(&["cycling", "board-games", "comedy", "coffee"]),
    person("ines.b", "Inès Benali", "Europe/Paris")
        .bio(
            "Marseille, two cats, a job in a shipping office. My sister married in Freiburg and her mother-in-law \
             refuses to speak anything but German, which I respect.",
        )
        .native(&["fr"])
        .fluent(&["ar"])
        .learning(&[("de", "A2")])
        .interests(&["pets", "family", "baking", "tv-series"]),
    person("lukas_k", "Lukas Kern", "Europe/Berlin")
        .bio(
            "I tune pianos around Leipzig. Learning Spanish for the songs, and a little Turkish so that I can thank \
             my neighbours properly for all the soup.",
        )
        .native(&["de"])
        .fluent(&["en"])
        .learning(&[("es", "A2"), ("tr", "A1")])
        .interests(&["playing-music", "music", "cooking", "history"]),
    person("jana.h", "Jana Harms", "Europe/Berlin")
        .bio(
            "Boat builder in Hamburg. I spent one winter in a shipyard in Onomichi and have been trying to get back \
             there, one kanji at a time.",
        )
        .native(&["de"])
        .fluent(&["en"])
        .learning(&[("ja", "B1"), ("fr", "A2")])
        .interests(&["crafts", "nature", "swimming", "architecture"]),
    person("kerem_a", "Kerem Aydın", "Europe/Berlin")
        .bio(
            "Born in Cologne, Turkish at my grandparents’ table. I drive trams, listen to audiobooks and would like \
             to follow English ones without slowing them down.",
        )
        .native(&["de"])
        .fluent(&["tr"])
        .learning(&[("en", "B1"), ("it", "A2")])
        .interests(&["books", "football", "podcasts", "cooking"]),
    person("sofia.greco", "Sofia Greco", "Europe/Rome")
        .bio(
            "Doctoral student in Bologna, working on medieval trade letters. Half of what I must read is in German, \
             and the other half quotes it.",
        )
        .native(&["it"])
        .fluent(&["en"])
        .learning(&[("de", "B1")])
        .interests(&["history", "languages", "running", "coffee"]),
    person("matteo_b", "Matteo Bassi", "Europe/Rome")
        .bio(
            "I teach chemistry at a school in Turin. Next year we take in exchange students and I have promised to \
             run the lab in English.",
        )
        .native(&["it"])
        .learning(&[("en", "B1")])
        .interests(&["science", "climbing", "chess", "gardening"]),
    person("giulia_f", "Giulia Ferri", "Europe/Rome")
        .bio(
            "Napoletana, fotografo matrimoni e litigi di piazza. Con lo spagnolo me la cavo; col francese per ora \
             sorrido molto.",
        )
        .native(&["it"])
        .fluent(&["es"])
        .learning(&[("fr", "A2"), ("en", "B1")])
        .interests(&["photography", "film", "dancing", "fashion"]),
    person("paolo.trieste", "Paolo Marsich", "Europe/Rome")
        .bio(
            "Pensionato, ex capostazione a Trieste. Mio nipote cresce a Rosario e voglio raccontargli le favole \
             nella sua lingua.",
        )
        .native(&["it"])
        .learning(&[("es", "A1")])
        .interests(&["family", "chess", "gardening", "history"]),
    person("joana_s", "Joana Sequeira", "Europe/Lisbon")
        .bio(
            "Subtitler in Porto. I spend my days shortening other people’s sentences, so I talk rather a lot in the \
             evenings. French is for the film festivals.",
        )
        .native(&["pt"])
        .fluent(&["en"])
        .learning(&[("fr", "B2")])
        .interests(&["film", "writing", "theatre", "pets"]),
    person("tiago.l", "Tiago Lourenço", "Europe/Lisbon")
        .bio(
            "Surf in the morning, accounting after that. I am moving to Vienna with my girlfriend and so far can \
             order exactly one kind of cake.",
        )
        .native(&["pt"])
        .fluent(&["es"])
        .learning(&[("de", "A1")])
        .interests(&["swimming", "football", "baking", "video-games"]),
    person("olga_v", "Olga Vetrova", "Europe/Moscow")
        .bio(
            "Преподаю астрономию школьникам в Казани. Читаю по-английски свободно, а вот поспорить вслух пока не \
             получается — хочу научиться.",
        )
        .native(&["ru"])
        .learning(&[("en", "B2")])
        .interests(&["astronomy", "science", "poetry", "gardening"]),
    person("dmitri_g", "Dmitri Galkov", "Europe/Riga")
        .bio(
            "Sound engineer in Riga. I toured Spain twice with a band that no longer exists and understood nothing \
             that was shouted at the mixing desk.",
        )
        .native(&["ru"])
        .fluent(&["en"])
        .learning(&[("es", "A2")])
        .interests(&["music", "technology", "hiking", "comedy"]),
    person("nadia.k", "Nadia Kirsanova", "Europe/Istanbul")
        .bio(
            "Moved to Istanbul three years ago for a job in a ceramics studio. I can talk about glazes for an hour \
             and still fail at the dentist’s.",
        )
        .native(&["ru"])
        .learning(&[("tr", "B1")])
        .interests(&["crafts", "design", "pets", "yoga"]),
    person("elif_k", "Elif Karaca", "Europe/Istanbul")
        .bio(
            "Marine biologist in Izmir. I write papers in English with three dictionaries open; at conferences \
             nobody waits for the dictionaries.",
        )
        .native(&["tr"])
        .learning(&[("en", "B2")])
        .interests(&["science", "nature", "swimming", "photography"]),
    person("burak.t", "Burak Tuncel", "Europe/Istanbul")
        .bio(
            "Chess coach for children in Ankara. The best books about endgames were never translated, so here I am \
             with the Cyrillic alphabet and a lot of patience.",
        )
        .native(&["tr"])
        .fluent(&["en"])
        .learning(&[("ru", "A2")])
        .interests(&["chess", "books", "football", "history"]),
    person("zeynep_s", "Zeynep Sarper", "Europe/Istanbul")
        .bio(
            "Mimarım; Kadıköy’de eski apartmanları onarıyoruz. Berlin’deki ortaklarımızla toplantılarda hep susuyorum, \
             artık söze girmek istiyorum.",
        )
        .native(&["tr"])
        .learning(&[("de", "B1")])
        .interests(&["architecture", "design", "cycling", "coffee"]),
    person("hannah_m", "Hannah Muirhead", "Europe/London")
        .bio(
            "Midwife in Edinburgh, odd hours. I inherited a share of a very leaky house in Brittany and the other \
             owners discuss the roof in French.",
        )
        .native(&["en"])
        .learning(&[("fr", "A2")])
        .interests(&["gardening", "baking", "podcasts", "cycling"]),
    person("owen.p", "Owen Pritchard", "Europe/London")
        .bio(
            "Carpenter near Cardiff. A video about Japanese joinery turned into a saw, then a toolbox, then lessons. \
             Absolute beginner, not in a hurry.",
        )
        .native(&["en"])
        .learning(&[("ja", "A1")])
        .interests(&["crafts", "hiking", "singing", "board-games"]),
    person("aoife_t", "Aoife Tarpey", "Europe/Dublin")
        .bio(
            "Vet in Galway. I did a season with a large-animal practice in Piedmont and can say “hold the cow” in \
             Italian, but little that is any use at dinner.",
        )
        .native(&["en"])
        .learning(&[("it", "B1")])
        .interests(&["pets", "climbing", "science", "cooking"]),
];
