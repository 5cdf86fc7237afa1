"""A source's activity: who changed what about it, and when."""

from fastapi import APIRouter

routes = APIRouter()
