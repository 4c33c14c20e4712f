//! The people who live in the Americas.

use super::{DemoPerson, person};

pub(super) const PEOPLE: [DemoPerson; 16] = [
    person("lucia_m", "Lucía Montes", "America/Mexico_City")
        .bio(
            "Hago radio en la Ciudad de México y entrevisto a gente que sabe mucho de una sola cosa. Quiero atreverme \
             a hacerlo también en inglés.",
        )
        .native(&["es"])
        .learning(&[("en", "B2")])
        .interests(&["podcasts", "politics", "dancing", "history"])
        .interface("es"),
    person("javier.o", "Javier Ospina", "America/Bogota")
        .bio(
            "Toco el bajo en Bogotá y programo para pagarlo. Casi todos mis discos favoritos están en portugués; las \
             letras las entiendo a medias.",
        )
        .native(&["es"])
        .learning(&[("pt", "B1"), ("en", "A2")])
        .interests(&["playing-music", "music", "programming", "coffee"])
        .interface("es"),
    person("valen_r", "Valentina Rojas", "America/Santiago")
        .bio(
            "Industrial designer in Santiago. I started Korean because of the alphabet, which is the best piece of \
             design I know, and stayed for the dramas.",
        )
        .native(&["es"])
        .fluent(&["en"])
        .learning(&[("ko", "A2")])
        .interests(&["design", "tv-series", "drawing", "hiking"]),
    person("tomas.e", "Tomás Echenique", "America/Argentina/Buenos_Aires")
        .bio(
            "Soy de Rosario y doy clases de historia. Mi bisabuela escribía cartas en italiano que nadie de la \
             familia sabe leer; empecé por ahí.",
        )
        .native(&["es"])
        .learning(&[("it", "B1"), ("en", "B1")])
        .interests(&["history", "football", "chess", "writing"])
        .interface("es"),
    person("carmen_q", "Carmen Quispe", "America/Lima")
        .bio(
            "Tejo con alpaca y vendo por internet desde Lima. Me escriben clientas de todas partes y contesto con el \
             traductor; quiero contestar yo.",
        )
        .native(&["es"])
        .learning(&[("en", "A2")])
        .interests(&["crafts", "business", "family", "cooking"])
        .interface("es"),
    person("renata.c", "Renata Coelho", "America/Sao_Paulo")
        .bio(
            "Engenheira ambiental em São Paulo. As reuniões com a equipe de fora são em inglês e eu sempre tenho a \
             resposta perfeita dez minutos depois.",
        )
        .native(&["pt"])
        .learning(&[("en", "B1")])
        .interests(&["nature", "running", "gardening", "board-games"]),
    person("bruno_q", "Bruno Quintela", "America/Recife")
        .bio(
            "I run a tiny repair shop for synthesizers in Recife. The service manuals are Japanese, and so is my \
             grandfather’s side of the family.",
        )
        .native(&["pt"])
        .fluent(&["es"])
        .learning(&[("ja", "A2"), ("en", "B1")])
        .interests(&["music", "technology", "anime", "football"]),
    person("luiza_p", "Luiza Prates", "America/Sao_Paulo")
        .bio(
            "Paediatric nurse in Curitiba, on the night shift more often than not. Saving for half a year by bus \
             through Argentina, Chile and Peru.",
        )
        .native(&["pt"])
        .fluent(&["en"])
        .learning(&[("es", "A2")])
        .interests(&["travel", "swimming", "baking", "music"]),
    person("maya_j", "Maya Jefferson", "America/New_York")
        .bio(
            "Pastry chef in Atlanta. My best friend from culinary school went home to Incheon and I want to be able \
             to talk to her kids.",
        )
        .native(&["en"])
        .learning(&[("ko", "B1")])
        .interests(&["baking", "family", "dancing", "tv-series"]),
    person("sam.whit", "Sam Whitlow", "America/Chicago")
        .bio(
            "Brewer in Milwaukee, father of twins. I get about forty quiet minutes a day and have decided to spend \
             them on German verbs.",
        )
        .native(&["en"])
        .learning(&[("de", "A2")])
        .interests(&["family", "history", "football", "podcasts"]),
    person("grace_o", "Grace Okafor", "America/Toronto")
        .bio(
            "Public defender in Toronto. I can read a judgment in French and still lose an argument with the man who \
             sells me bread.",
        )
        .native(&["en"])
        .learning(&[("fr", "B2")])
        .interests(&["politics", "theatre", "running", "books"]),
    person("noah.t", "Noah Tremblay", "America/Toronto")
        .bio(
            "Paramedic in Montréal. Every February I go to Oaxaca to do nothing for two weeks, and each year I would \
             like to do it with more vocabulary.",
        )
        .native(&["fr"])
        .fluent(&["en"])
        .learning(&[("es", "B1")])
        .interests(&["travel", "cooking", "photography", "cycling"]),
    person("daniela_a", "Daniela Arriaga", "America/Los_Angeles")
        .bio(
            "Grew up between English and Spanish in East LA, where I now run a plant nursery. My new business partner \
             and her parents speak Mandarin, and lunch is long.",
        )
        .native(&["en"])
        .fluent(&["es"])
        .learning(&[("zh", "A1")])
        .interests(&["gardening", "business", "drawing", "nature"]),
    person("eli_b", "Eli Brandt", "America/Los_Angeles")
        .bio(
            "Water engineer in Portland, Oregon. I fell for a capoeira class, then for its songs, and now I want to \
             know what I have been singing.",
        )
        .native(&["en"])
        .learning(&[("pt", "A2")])
        .interests(&["dancing", "nature", "running", "board-games"]),
    person("ruth.a", "Ruth Adelman", "America/New_York")
        .bio(
            "Retired librarian in Queens. At seventy-one I finally have time for Chekhov without a translator between \
             us. I am patient and I bring questions.",
        )
        .native(&["en"])
        .learning(&[("ru", "B1")])
        .interests(&["books", "poetry", "theatre", "gardening"]),
    person("priya_n", "Priya Nair", "America/Vancouver")
        .bio(
            "I make maps for a mountain rescue team in Vancouver. Off to Patagonia next summer and tired of nodding \
             at advice that I did not understand.",
        )
        .native(&["en"])
        .learning(&[("es", "A2")])
        .interests(&["hiking", "climbing", "crafts", "books"]),
];
