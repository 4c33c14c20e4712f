//! The rows: every interest that is offered to everybody, with its names.

/// An interest that is offered to everybody, with a name in each interface language.
#[derive(Debug)]
pub struct CuratedInterest {
    /// What is stored: small ASCII letters and hyphens.
    pub slug: &'static str,
    /// The English name.
    pub english: &'static str,
    /// The Spanish name.
    pub spanish: &'static str,
}

const fn curated(slug: &'static str, english: &'static str, spanish: &'static str) -> CuratedInterest {
    CuratedInterest { slug, english, spanish }
}

/// The interests that are offered, in the order of their English names.
#[rustfmt::skip] // a row stays a row
pub static CURATED: &[CuratedInterest] = &[
    curated("anime", "Anime and manga", "Anime y manga"),
    curated("architecture", "Architecture", "Arquitectura"),
    curated("astronomy", "Astronomy", "Astronomía"),
    curated("baking", "Baking", "Repostería"),
    curated("basketball", "Basketball", "Baloncesto"),
    curated("board-games", "Board games", "Juegos de mesa"),
    curated("books", "Books", "Libros"),
    curated("business", "Business", "Negocios"),
    curated("chess", "Chess", "Ajedrez"),
    curated("climbing", "Climbing", "Escalada"),
    curated("coffee", "Coffee", "Café"),
    curated("comedy", "Comedy", "Humor"),
    curated("cooking", "Cooking", "Cocina"),
    curated("crafts", "Crafts", "Manualidades"),
    curated("cycling", "Cycling", "Ciclismo"),
    curated("dancing", "Dancing", "Baile"),
    curated("design", "Design", "Diseño"),
    curated("drawing", "Drawing and painting", "Dibujo y pintura"),
    curated("family", "Family life", "Vida familiar"),
    curated("fashion", "Fashion", "Moda"),
    curated("film", "Film", "Cine"),
    curated("football", "Football", "Fútbol"),
    curated("gardening", "Gardening", "Jardinería"),
    curated("hiking", "Hiking", "Senderismo"),
    curated("history", "History", "Historia"),
    curated("languages", "Languages", "Idiomas"),
    curated("music", "Music", "Música"),
    curated("nature", "Nature", "Naturaleza"),
    curated("pets", "Pets", "Mascotas"),
    curated("philosophy", "Philosophy", "Filosofía"),
    curated("photography", "Photography", "Fotografía"),
    curated("playing-music", "Playing an instrument", "Tocar un instrumento"),
    curated("podcasts", "Podcasts", "Pódcasts"),
    curated("poetry", "Poetry", "Poesía"),
    curated("politics", "Politics", "Política"),
    curated("programming", "Programming", "Programación"),
    curated("running", "Running", "Correr"),
    curated("science", "Science", "Ciencia"),
    curated("singing", "Singing", "Canto"),
    curated("swimming", "Swimming", "Natación"),
    curated("technology", "Technology", "Tecnología"),
    curated("tennis", "Tennis", "Tenis"),
    curated("theatre", "Theatre", "Teatro"),
    curated("travel", "Travel", "Viajes"),
    curated("tv-series", "TV series", "Series"),
    curated("video-games", "Video games", "Videojuegos"),
    curated("volunteering", "Volunteering", "Voluntariado"),
    curated("writing", "Writing", "Escritura"),
    curated("yoga", "Yoga", "Yoga"),
];

impl CuratedInterest {
    /// The name in the interface language; English where there is none.
    pub fn name(&self, ui_language: &str) -> &'static str {
        match ui_language {
            "es" => self.spanish,
            _ => self.english,
        }
    }
}
