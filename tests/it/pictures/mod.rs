//! Pictures of people: what becomes one, what does not, who sees it, and that nothing of it is left behind.

mod bucket;
mod keeping;
mod refused;

use std::io::Cursor;
use std::path::PathBuf;
use std::time::Duration;

use futures::FutureExt as _;
use image::{ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use speakle::calls::service::insert_past_call;
use speakle::kernel::error::{AppError, FieldProblem, Problem};
use speakle::kernel::picture::{PictureId, PictureSize, address};
use speakle::profiles::model::PICTURE_BYTES_MAX as BYTES_MAX;
use speakle::server::config::MediaPlace;

use crate::harness::browser::send;
use crate::harness::{Answer, Browser, Engine, Person, TestApp};

both_engines!(
    every_kind_of_picture_is_kept_in_two_sizes_and_nothing_of_the_file,
    the_part_that_was_chosen_is_what_is_seen,
    a_plain_form_goes_back_to_its_page_and_says_what_became_of_it,
    everybody_sees_the_picture_wherever_people_are_shown,
);

/// Red above, blue below; the left tenth is green.
fn flag(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| match (x < width / 10, y < height / 2) {
        (true, _) => Rgb([0, 200, 0]),
        (false, true) => Rgb([220, 0, 0]),
        (false, false) => Rgb([0, 0, 220]),
    });
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// One that is taken.
pub fn png() -> Vec<u8> {
    flag(120, 100, ImageFormat::Png)
}

/// The form, with a file of this name.
fn form(file: Vec<u8>, name: &str) -> Form {
    Form::new().part("picture", Part::bytes(file).file_name(name.to_owned()))
}

/// As a page with JavaScript sends it.
async fn post(browser: &Browser, form: Form) -> Answer {
    let request = browser
        .bare(Method::POST, "/api/save_picture")
        .header("accept", "application/json")
        .header("sec-fetch-site", "same-origin");
    send(request.multipart(form)).await
}

/// What a person shows from now on.
pub async fn save(person: &Person, file: Vec<u8>) -> PictureId {
    try_save(person, file).await.result().unwrap()
}

/// The same, whatever comes of it.
pub async fn try_save(person: &Person, file: Vec<u8>) -> Answer {
    post(person, form(file, "me.png")).await
}

fn refused(problem: Problem) -> AppError {
    AppError::Invalid(vec![FieldProblem {
        field: "picture".to_owned(),
        problem,
    }])
}

/// What is served, as pixels, if anything is.
async fn seen(browser: &Browser, id: PictureId, size: PictureSize) -> Option<RgbImage> {
    let response = browser.bare(Method::GET, &address(id, size)).send().await.unwrap();
    if response.status() == 404 {
        return None;
    }
    assert_eq!(response.status(), 200);
    let headers = response.headers().clone();
    for (name, value) in [
        ("content-type", "image/webp"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, max-age=31536000, immutable"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "content-security-policy",
            "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert!(!headers.contains_key("set-cookie"));
    let file = response.bytes().await.unwrap();
    assert!(
        file.starts_with(b"RIFF") && &file[8..12] == b"WEBP",
        "something else is served"
    );
    let picture = image::load_from_memory_with_format(&file, ImageFormat::WebP).unwrap();
    assert_eq!((picture.width(), picture.height()), (size.pixels(), size.pixels()));
    Some(picture.into_rgb8())
}

fn is_green(picture: &RgbImage, x: u32, y: u32) -> bool {
    let [red, green, blue] = picture.get_pixel(x, y).0;
    green > 130 && red < 90 && blue < 90
}

fn folder(app: &TestApp) -> PathBuf {
    match app.state.config.media_place() {
        MediaPlace::Folder(folder) => folder,
        MediaPlace::Bucket(bucket) => panic!("files are in {bucket}"),
    }
}

/// The names of all stored files.
fn stored(app: &TestApp) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder(app).join("pictures"))
        .map(|entries| {
            entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    names
}

fn names(ids: &[PictureId]) -> Vec<String> {
    let mut names: Vec<String> = ids
        .iter()
        .flat_map(|id| [96, 512].map(|pixels| format!("{id}-{pixels}.webp")))
        .collect();
    names.sort();
    names
}

async fn every_kind_of_picture_is_kept_in_two_sizes_and_nothing_of_the_file(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let mut before = None;
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        // Behind it lies what is something else to others.
        let hidden = b"PK\x03\x04<script>alert(document.cookie)</script>";
        let file = [&flag(300, 200, format)[..], hidden].concat();
        let id = save(&ana, file).await;
        assert_ne!(Some(id), before, "each picture has a name of its own");
        before = Some(id);
        for size in PictureSize::ALL {
            // Whoever may see a public profile.
            let picture = seen(&app.visitor(), id, size).await.unwrap();
            assert!(!is_green(&picture, 2, 20), "the middle is shown: {format:?}");
            let file = std::fs::read(folder(&app).join(format!("pictures/{id}-{}.webp", size.pixels()))).unwrap();
            assert!(!file.windows(8).any(|part| part == b"<script>"));
            assert!(file.len() < 60_000, "{} bytes", file.len());
        }
    }
}

async fn the_part_that_was_chosen_is_what_is_seen(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let with = |x: &str, y: &str, side: &str| {
        // Its fields come in any order.
        Form::new()
            .text("side", side.to_owned())
            .part(
                "picture",
                Part::bytes(flag(300, 200, ImageFormat::Png)).file_name("me.png"),
            )
            .text("x", x.to_owned())
            .text("y", y.to_owned())
    };
    let id: PictureId = post(&ana, with("0", "0", "60")).await.result().unwrap();
    let picture = seen(&ana, id, PictureSize::Large).await.unwrap();
    assert!(is_green(&picture, 100, 250) && !is_green(&picture, 400, 250));

    for (x, y, side) in [
        ("250", "0", "60"),
        ("0", "0", "201"),
        ("0", "0", "0"),
        ("4294967295", "0", "2"),
        ("-1", "0", "60"),
        ("1.5", "0", "60"),
        ("NaN", "0", "60"),
        ("99999999999999999999", "0", "60"),
        ("", "", ""),
    ] {
        let answer = post(&ana, with(x, y, side)).await;
        assert_eq!(
            (answer.status, answer.error()),
            (400, AppError::Malformed),
            "{x}, {y}, {side}"
        );
    }
    let half = Form::new()
        .part("picture", Part::bytes(png()).file_name("me.png"))
        .text("x", "0");
    assert_eq!(post(&ana, half).await.error(), AppError::Malformed);
    assert!(
        seen(&ana, id, PictureSize::Small).await.is_some(),
        "the one before stays"
    );
    assert_eq!(stored(&app), names(&[id]));
}

async fn a_plain_form_goes_back_to_its_page_and_says_what_became_of_it(engine: Engine) {
    const PAGE: &str = "/settings/profile";
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let submit = async |browser: &Browser, form: Form| {
        let request = browser
            .bare(Method::POST, "/api/save_picture")
            .header("accept", "text/html,application/xhtml+xml")
            .header("referer", format!("{}{PAGE}", app.origin()))
            .header("sec-fetch-site", "same-origin");
        send(request.multipart(form)).await
    };
    let page = ana.get(PAGE).await.body;
    assert!(page.contains("enctype=\"multipart/form-data\""), "{page}");
    assert!(!page.contains("Remove picture"));

    let sent = submit(&ana, form(b"GIF89a".to_vec(), "me.png")).await;
    assert_eq!((sent.status, sent.location()), (303, PAGE));
    let page = ana.follow(&sent).await.body;
    assert!(page.contains("This is not a PNG, JPEG or WebP picture."), "{page}");
    assert!(!ana.get(PAGE).await.body.contains("This is not a PNG"), "said once");

    let mut large = png();
    large.resize(BYTES_MAX + 1, 0);
    let sent = submit(&ana, form(large, "me.png")).await;
    assert!(ana.follow(&sent).await.body.contains("larger than 5 MB"));

    let sent = submit(&ana, form(png(), "me.png")).await;
    assert_eq!((sent.status, sent.location()), (303, PAGE));
    let page = ana.follow(&sent).await.body;
    assert!(
        page.contains("Picture saved") && page.contains("Remove picture"),
        "{page}"
    );
    assert_eq!(
        page.matches("-512.webp 512w").count(),
        3,
        "the page and twice the header: {page}"
    );

    let sent = ana.submit(PAGE, "remove_picture", &[]).await;
    let page = ana.follow(&sent).await.body;
    assert!(page.contains("Picture removed") && !page.contains(".webp"), "{page}");

    let sent = submit(&app.visitor(), form(png(), "me.png")).await;
    assert_eq!(
        (sent.status, sent.location()),
        (303, "/login?next=%2Fsettings%2Fprofile")
    );
}

async fn everybody_sees_the_picture_wherever_people_are_shown(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let now = app.state.clock.now().minus(Duration::from_secs(3600));
    app.state
        .db
        .transaction(move |conn| async move { insert_past_call(conn, &pair, now, 60).await }.boxed())
        .await
        .unwrap();
    let cleo = app.person("cleo").speaks("en").learns("es", "B1").create().await;
    cleo.tell::<()>("send_request", &[("to", "ana"), ("message", "")])
        .await
        .unwrap();
    let dora = app.person("dora").speaks("en").learns("es", "B1").create().await;
    let mut pictures = Vec::new();
    for person in [&ana, &ben, &cleo, &dora] {
        pictures.push(save(person, png()).await.to_string());
    }
    let [of_ana, of_ben, of_cleo, of_dora] = &pictures[..] else {
        panic!("{pictures:?}")
    };
    let _sockets = [app.ws(&ana).await, app.ws(&ben).await];
    ben.start_call(&Person {
        card: ana_card(&ana, of_ana),
        ..ana.clone()
    })
    .await;
    for (function, query, who) in [
        ("partners", vec![], of_ben),
        ("open_requests", vec![], of_cleo),
        ("call_history", vec![], of_ben),
        ("notifications", vec![], of_cleo),
        ("ringing", vec![], of_ben),
    ] {
        let answer = ana.fetch(function, &query).await;
        assert_eq!(answer.status, 200, "{function}: {}", answer.body);
        assert!(
            answer.body.contains(&format!("\"picture\":\"{who}\"")),
            "{function}: {}",
            answer.body
        );
    }
    for (page, who) in [
        ("/", of_ben),
        ("/partners", of_ben),
        ("/partners/ben", of_ben),
        ("/requests", of_cleo),
        ("/partners/find", of_dora),
        ("/partners/find/request?to=dora", of_dora),
        ("/calls", of_ben),
        ("/notifications", of_cleo),
        ("/people/ben", of_ben),
        ("/people/ana", of_ana),
        ("/settings/appearance", of_ana),
    ] {
        let body = ana.get(page).await.body;
        assert!(
            body.contains(&format!("src=\"/media/pictures/{who}-96.webp\"")),
            "{page}: {body}"
        );
    }
    let body = app.visitor().get("/people/ben").await.body;
    assert!(
        body.contains(of_ben)
            && seen(&app.visitor(), of_ben.parse().unwrap(), PictureSize::Large)
                .await
                .is_some()
    );
    // Who has none shows initials, and nothing is asked for.
    let fred = app.person("fred").called("Fred Berg").create().await;
    let body = app.visitor().get("/people/fred").await.body;
    assert!(
        body.contains("data-initials=\"FB\"") && !body.contains("/media/"),
        "{}: {body}",
        fred.id
    );
}

fn ana_card(ana: &Person, picture: &str) -> speakle::accounts::model::PersonCard {
    let mut card = ana.card.clone();
    card.picture = Some(picture.parse().unwrap());
    card
}

#[tokio::test]
async fn pictures_are_limited_per_person() {
    let app = TestApp::wishes(Engine::Sqlite)
        .option("--rate-limit", "on")
        .start()
        .await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    for _ in 0..10 {
        assert_eq!(post(&ana, form(b"GIF89a".to_vec(), "me.png")).await.status, 422);
    }
    let answer = post(&ana, form(png(), "me.png")).await;
    assert!(
        matches!(answer.error(), AppError::Limited { seconds: 1..=60 }),
        "{answer:?}"
    );
    assert_eq!(answer.status, 429);
    save(&ben, png()).await;
}
