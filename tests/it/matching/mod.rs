//! Matching: who is found, requests, partnerships.

mod partnerships;
mod requests;
mod search;
