//! What does not become a picture: other things, too much, other people, and where a file would lie by its name.

use std::path::PathBuf;

use image::ImageFormat;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use speakle::kernel::error::{AppError, Problem};
use speakle::kernel::picture::{PictureId, PictureSize};
use speakle::profiles::model::PICTURE_BYTES_MAX as BYTES_MAX;

use super::{flag, folder, form, names, png, post, refused, save, seen, stored};
use crate::harness::browser::send;
use crate::harness::{Engine, Person, TestApp};

both_engines!(
    what_is_no_picture_is_refused_by_its_content,
    a_file_may_have_five_megabytes_and_not_a_byte_more,
    whatever_a_file_is_called_it_is_stored_by_a_name_of_ours,
    nobody_saves_a_picture_without_a_session_or_from_another_site,
);

async fn what_is_no_picture_is_refused_by_its_content(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let mut bomb = png();
    // It says that it is 50,000 pixels wide and high, in a header whose sum is right.
    for side in [16..20, 20..24] {
        bomb[side].copy_from_slice(&50_000_u32.to_be_bytes());
    }
    let sum = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&sum.to_be_bytes());
    let half = |format| {
        let file = flag(300, 200, format);
        file[..file.len() / 2].to_vec()
    };
    for (file, name, problem) in [
        (
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;".to_vec(),
            "me.png",
            Problem::NotAPicture,
        ),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
            "me.png",
            Problem::NotAPicture,
        ),
        (
            b"<!doctype html><script>alert(1)</script>".to_vec(),
            "me.jpg",
            Problem::NotAPicture,
        ),
        (b"%PDF-1.7".to_vec(), "me.webp", Problem::NotAPicture),
        ([b"GIF89a".to_vec(), png()].concat(), "me.png", Problem::NotAPicture),
        (Vec::new(), "", Problem::Required),
        (b"\x89PNG\r\n\x1a\n".to_vec(), "me.png", Problem::BrokenPicture),
        (half(ImageFormat::Png), "me.png", Problem::BrokenPicture),
        (half(ImageFormat::Jpeg), "me.jpg", Problem::BrokenPicture),
        (half(ImageFormat::WebP), "me.webp", Problem::BrokenPicture),
        (bomb, "me.png", Problem::TooManyPixels),
    ] {
        let answer = post(&ana, form(file, name)).await;
        assert_eq!((answer.status, answer.error()), (422, refused(problem)));
    }
    let nothing = Form::new().text("x", "0").text("y", "0").text("side", "1");
    assert_eq!(post(&ana, nothing).await.error(), refused(Problem::Required));
    for (kind, body) in [
        ("application/x-www-form-urlencoded", "picture=x"),
        ("multipart/form-data", "no boundary"),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"picture\"\r\n\r\nno end",
        ),
    ] {
        let request = ana
            .bare(Method::POST, "/api/save_picture")
            .header("accept", "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", kind);
        assert_eq!(send(request.body(body)).await.error(), AppError::Malformed, "{kind}");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM picture").await, 0);
    assert_eq!(stored(&app), Vec::<String>::new());
    // What it is called, and what its sender says that it is, does not count.
    let odd = Part::bytes(png()).file_name("me.html").mime_str("text/html").unwrap();
    let id: PictureId = post(&ana, Form::new().part("picture", odd)).await.result().unwrap();
    assert!(seen(&ana, id, PictureSize::Small).await.is_some());
}

/// The sum of a chunk of PNG (PNG 3rd edition, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

async fn a_file_may_have_five_megabytes_and_not_a_byte_more(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let padded = |length: usize| {
        let mut file = png();
        file.resize(length, 0);
        file
    };
    let id = save(&ana, padded(BYTES_MAX)).await;
    assert!(seen(&ana, id, PictureSize::Small).await.is_some());
    let too_large = refused(Problem::FileTooLarge { megabytes: 5 });
    for length in [BYTES_MAX + 1, 2 * BYTES_MAX, 6 * BYTES_MAX] {
        let answer = post(&ana, form(padded(length), "me.png")).await;
        assert_eq!(
            (answer.status, answer.error()),
            (422, too_large.clone()),
            "{length} bytes"
        );
    }
    // What else a form may hold, does not count for the file, and nothing of it is kept.
    let other = Form::new()
        .text("else", "x".repeat(BYTES_MAX))
        .part("picture", Part::bytes(padded(BYTES_MAX)).file_name("me.png"));
    assert_eq!(post(&ana, other).await.status, 200);
}

async fn whatever_a_file_is_called_it_is_stored_by_a_name_of_ours(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let outside = folder(&app).parent().unwrap().to_owned();
    let around = |folder: &PathBuf| {
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    let before = around(&outside);
    let long = format!("{}.png", "x".repeat(3_000));
    for name in [
        "../../../evil.png",
        "..\\..\\evil.png",
        "/etc/cron.d/evil",
        "C:\\evil.png",
        "evil.png%00.html",
        "pictures/../../evil",
        "'; DROP TABLE picture; --.png",
        "<img src=x onerror=alert(1)>.png",
        "con.png",
        ".",
        "..",
        &long,
    ] {
        let id = save_as(&ana, name).await;
        app.sweep().await;
        assert_eq!(stored(&app), names(&[id]), "{name}");
    }
    assert_eq!(around(&folder(&app)), ["pictures"]);
    assert_eq!(around(&outside), before);

    // Nor does an address lead anywhere else.
    let id = save(&ana, png()).await;
    std::fs::write(outside.join("secret.webp"), "x").unwrap();
    for path in [
        "/media/pictures/".to_owned(),
        "/media/pictures/..".to_owned(),
        "/media/pictures/..%2f..%2fsecret.webp".to_owned(),
        "/media/pictures/%2e%2e%2f%2e%2e%2fsecret.webp".to_owned(),
        "/media/pictures/..%5c..%5csecret.webp".to_owned(),
        format!("/media/pictures/{id}"),
        format!("/media/pictures/{id}-97.webp"),
        format!("/media/pictures/{id}-96.webp%00"),
        format!("/media/pictures/{id}-96.webp%2f"),
        format!("/media/pictures/{}-96.webp", id.to_string().to_uppercase()),
        format!("/media/pictures/{}-96.webp", PictureId::random()),
        format!("/media/{id}-96.webp"),
    ] {
        let answer = send(ana.bare(Method::GET, &path)).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(
            !answer.header("cache-control").unwrap_or("").contains("immutable"),
            "{path}"
        );
    }
}

async fn save_as(person: &Person, name: &str) -> PictureId {
    post(person, form(png(), name)).await.result().unwrap()
}

async fn nobody_saves_a_picture_without_a_session_or_from_another_site(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    let answer = post(&app.visitor(), form(png(), "me.png")).await;
    assert_eq!((answer.status, answer.error()), (401, AppError::SignedOut));
    let ended = ana.another_device(&app).await;
    assert_eq!(ended.call("log_out", &[]).await.status, 200);
    assert_eq!(post(&ended, form(png(), "me.png")).await.error(), AppError::SignedOut);
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("x-nothing", "neither of the two"),
    ] {
        let request = ana.bare(Method::POST, "/api/save_picture").header(name, value);
        assert_eq!(
            send(request.multipart(form(png(), "me.png"))).await.status,
            403,
            "{name}: {value}"
        );
    }
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let request = ana
            .bare(method.clone(), "/api/save_picture")
            .header("sec-fetch-site", "same-origin");
        assert_eq!(send(request).await.status, 405, "{method}");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM picture").await, 0);

    // A picture is of whoever sends it, whatever the form says besides.
    let form = form(png(), "me.png")
        .text("user", ana.id.to_string())
        .text("username", "ana");
    let id: PictureId = post(&ben, form).await.result().unwrap();
    ana.tell::<()>("remove_picture", &[]).await.unwrap();
    assert!(
        seen(&ana, id, PictureSize::Small).await.is_some(),
        "another takes it away"
    );
    assert!(ben.get("/people/ben").await.body.contains(&id.to_string()));
    assert!(
        !ben.get("/people/ana")
            .await
            .body
            .contains("-96.webp 96w\" sizes=\"128px\"")
    );
}
