//! One's own picture, on `/settings/profile`: choose it, say which part of it is shown, send it, take it away.

mod choice;
mod cropper;

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

use self::choice::{Choice, SAVE};
use self::cropper::Cropper;
use crate::accounts::model::CurrentViewer;
use crate::accounts::own_picture::use_own_picture;
use crate::i18n::{td_string, use_locale};
use crate::profiles::api::RemovePicture;
use crate::ui::{
    Avatar, AvatarSize, Button, ButtonKind, FieldShell, Form, FormError, Said, focus_page_when_gone, use_form,
};

const ID: &str = "profile-picture";

/// The face that others see, and the forms that change it.
#[component]
pub(super) fn PictureSettings() -> impl IntoView {
    let locale = use_locale();
    let own = use_own_picture();
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    let (name, hue) = viewer.map_or_else(Default::default, |viewer| (viewer.display_name, viewer.hue));
    let field = NodeRef::<html::Input>::new();
    let choice = Choice::new(field);
    let remove = ServerAction::<RemovePicture>::new();
    let removal = use_form(remove);
    Effect::new(move || {
        if removal.succeeded().get() {
            own.set(None);
            choice.fall_silent();
        }
    });
    // What was said of the one before is over.
    Effect::new(move || {
        if choice.form.succeeded().get() {
            remove.clear();
        }
    });
    view! {
        <section class="picture-settings">
            {move || view! { <Avatar name=name.clone() hue=hue picture=own.get() size=AvatarSize::Huge /> }}
            <div class="picture-settings-forms">
                <ChooseForm choice=choice field=field />
                <Said when=removal.succeeded() words=td_string!(locale, profiles.picture.removed) />
                <Show when=move || own.get().is_some()>
                    {focus_page_when_gone()} <ActionForm action=remove>
                        <FormError form=removal />
                        <Button submit=true kind=ButtonKind::Quiet busy=removal.pending()>
                            {td_string!(locale, profiles.picture.remove)}
                        </Button>
                    </ActionForm>
                </Show>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn ChooseForm(choice: Choice, field: NodeRef<html::Input>) -> impl IntoView {
    let locale = use_locale();
    let form = choice.form;
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        choice.send();
    };
    let save = move || match choice.can_be_sent_again() {
        true => td_string!(locale, ui.try_again),
        false => td_string!(locale, profiles.picture.save),
    };
    view! {
        <form class="picture-form" method="post" action=SAVE enctype="multipart/form-data" on:submit=on_submit>
            <Said when=form.succeeded() words=td_string!(locale, profiles.picture.saved) />
            <FormError form=form />
            <ChooseFile form=form field=field choice=choice />
            {move || choice.address().map(|address| view! { <Cropper address=address choice=choice /> })}
            <Progress choice=choice />
            <div class="picture-actions">
                <Button submit=true kind=ButtonKind::Secondary busy=form.pending()>
                    {save}
                </Button>
                <Show when=move || choice.is_made()>
                    <Button kind=ButtonKind::Quiet on_press=move |()| choice.cancel()>
                        {td_string!(locale, profiles.picture.cancel)}
                    </Button>
                </Show>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn ChooseFile(form: Form, field: NodeRef<html::Input>, choice: Choice) -> impl IntoView {
    let locale = use_locale();
    let problem = form.problem("picture");
    let described_by = move || match problem.with(Option::is_some) {
        true => format!("{ID}-error {ID}-hint"),
        false => format!("{ID}-hint"),
    };
    view! {
        <FieldShell
            id=ID
            label=td_string!(locale, profiles.picture.label)
            hint=td_string!(locale, profiles.picture.hint)
            problem=problem
        >
            <input
                class="input"
                id=ID
                name="picture"
                type="file"
                accept="image/png,image/jpeg,image/webp"
                node_ref=field
                aria-describedby=described_by
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                on:change=move |_| choice.look()
            />
        </FieldShell>
    }
}

/// How much of it has gone.
#[component]
fn Progress(choice: Choice) -> impl IntoView {
    let locale = use_locale();
    let percent = move || choice.progress().map(|part| format!("{:.0}", part * 100.0));
    view! {
        <Show when=move || choice.progress().is_some()>
            <p class="picture-progress">
                <progress max="100" value=percent aria-label=td_string!(locale, profiles.picture.sending)></progress>
                <span aria-hidden="true">{move || percent().map(|percent| format!("{percent} %"))}</span>
            </p>
        </Show>
    }
}
