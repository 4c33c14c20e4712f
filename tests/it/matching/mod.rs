//! Matching: who is found, requests, partnerships.

mod blocks;
mod index;
mod partnerships;
mod plans;
mod requests;
mod search;
