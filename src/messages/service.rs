//! Use cases of messages: write, read, note what was read.

use std::num::NonZeroU32;

use futures::FutureExt as _;

use super::model::{ClientId, ConversationId, Message, MessageId, MessagePage, PAGE, parse_text};
use super::store::{self, Kept, Member, Span};
use super::wire::MessageNews;
use crate::accounts::model::Viewer;
use crate::accounts::verification;
use crate::kernel::error::{AppError, Problem, Refusal};
use crate::kernel::id::UserId;
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// Keeps a message and tells everybody in the conversation. One that was sent before, by its `client_id`, is kept and told once: the answer is what was
/// kept then.
///
/// # Errors
/// A text that is empty or too long, a `client_id` of another conversation, [`AppError::NotFound`] for a conversation of others,
/// [`Refusal::NotPartners`] where the partnership has ended, [`Refusal::EmailNotVerified`].
pub async fn send(
    state: &AppState,
    viewer: &Viewer,
    conversation: ConversationId,
    client_id: ClientId,
    text: &str,
) -> Result<Message, AppError> {
    let text = parse_text(text).map_err(|problem| AppError::field("text", problem))?;
    let (who, length) = (
        viewer.id.to_string(),
        u32::try_from(text.chars().count()).unwrap_or(u32::MAX),
    );
    state.limits.check(Limit::Message, &who)?;
    state
        .limits
        .check_many(Limit::Text, &who, NonZeroU32::new(length).unwrap_or(NonZeroU32::MIN))?;
    verification::may_reach_others(state, viewer.id).await?;
    let (author, now) = (viewer.id, state.clock.now());
    let done = state
        .db
        .transaction(move |conn| {
            async move {
                let standing = store::standing(conn, conversation, author)
                    .await?
                    .ok_or(AppError::NotFound)?;
                if !store::lock(conn, conversation).await? && standing.may_write {
                    store::open(conn, conversation, standing.members, now).await?;
                    store::lock(conn, conversation).await?;
                }
                // Under the lock, so that the same message cannot come by two ways at once; and before anything is refused that was kept when it
                // could be.
                if let Some(kept) = store::by_client_id(conn, author, client_id).await? {
                    return Ok((kept, None));
                }
                // Asked again: they may have parted while the lock was waited for.
                if !store::may_write(conn, conversation).await? {
                    return Err(AppError::Refused(Refusal::NotPartners));
                }
                let message = Kept {
                    id: MessageId::new_at(now),
                    conversation,
                    client_id,
                    seq: store::next_number(conn, conversation).await?,
                    author,
                    text,
                    at: now,
                };
                match store::insert(conn, &message).await {
                    Ok(()) => {}
                    // At this moment in another conversation, which is another lock.
                    Err(error) if error.violates("message_client_id") => return Err(taken()),
                    Err(error) => return Err(error.into()),
                }
                let members = store::members(conn, conversation).await?;
                Ok::<_, AppError>((message, Some(members)))
            }
            .boxed()
        })
        .await?;
    let (kept, members) = done;
    if kept.conversation != conversation {
        return Err(taken());
    }
    if let Some(members) = members {
        publish(state, &kept, members);
    }
    Ok(seen(state, kept, &viewer.time_zone))
}

fn taken() -> AppError {
    AppError::field("client_id", Problem::Taken)
}

fn publish(state: &AppState, kept: &Kept, members: Vec<Member>) {
    for Member { user, time_zone } in members {
        let news = MessageNews::Said {
            conversation: kept.conversation,
            message: seen(state, kept.clone(), &time_zone),
        };
        state.hub.to_user(user, &news);
    }
}

/// A message as somebody in `zone` reads it.
fn seen(state: &AppState, kept: Kept, zone: &str) -> Message {
    Message {
        id: kept.id,
        client_id: kept.client_id,
        seq: kept.seq,
        author: kept.author,
        at: state.clock.local(kept.at, zone),
        text: kept.text,
    }
}

/// Some messages of a conversation: the first after a number, else the last before one, else the newest.
///
/// # Errors
/// [`AppError::NotFound`] for a conversation of others.
pub async fn messages(
    state: &AppState,
    viewer: &Viewer,
    conversation: ConversationId,
    after: Option<u64>,
    before: Option<u64>,
) -> Result<MessagePage, AppError> {
    let mut conn = state.db.read().await?;
    let Some(head) = store::head(&mut conn, conversation, viewer.id).await? else {
        // Nobody has written yet.
        let standing = store::standing(&mut conn, conversation, viewer.id).await?;
        return standing.map(|_| MessagePage::default()).ok_or(AppError::NotFound);
    };
    let span = match (after, before) {
        (Some(seq), _) => Span::After(seq),
        (None, Some(seq)) => Span::Before(seq),
        (None, None) => Span::Latest,
    };
    let found = store::messages(&mut conn, conversation, span, PAGE).await?;
    Ok(MessagePage {
        messages: found
            .into_iter()
            .map(|kept| seen(state, kept, &viewer.time_zone))
            .collect(),
        last: head.last,
        read: head.read,
        unread: head.unread,
    })
}

/// Notes that the person has read everything up to a number, and tells their tabs. Reading backwards changes nothing.
///
/// # Errors
/// [`AppError::NotFound`] for a conversation of others.
pub async fn mark_read(
    state: &AppState,
    viewer: &Viewer,
    conversation: ConversationId,
    up_to: u64,
) -> Result<(), AppError> {
    state.limits.check(Limit::Reading, &viewer.id.to_string())?;
    let me: UserId = viewer.id;
    if store::standing(&mut state.db.read().await?, conversation, me)
        .await?
        .is_none()
    {
        return Err(AppError::NotFound);
    }
    let read = state
        .db
        .transaction(move |conn| store::mark_read(conn, conversation, me, up_to).boxed())
        .await?;
    if let Some(up_to) = read {
        state.hub.to_user(me, &MessageNews::Read { conversation, up_to });
    }
    Ok(())
}
