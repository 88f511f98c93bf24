"""Which table holds the service items? Columns by the national names; lists are read with their item, so are JSON."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base
from services.importing.table import ImportedColumns


class CatalogueItem(ImportedColumns, Base):
    """One item as it was imported. Fields are described in `services.catalogue.types.Item`."""

    __tablename__ = "catalogue_items"
    __table_args__ = (CheckConstraint("limit_scene_num >= 0", name="trips_not_negative"),)

    task_code: Mapped[str] = mapped_column(primary_key=True)
    task_name: Mapped[str]
    dept_name: Mapped[str]
    area_code: Mapped[str]
    catalog_code: Mapped[str]
    catalog_name: Mapped[str]
    sub_catalog_name: Mapped[str]
    parent_catalog_code: Mapped[str]
    task_handle_item: Mapped[str]
    local_code: Mapped[str]
    aliases: Mapped[list[str]] = mapped_column(JSONB)
    task_type: Mapped[str]
    task_state: Mapped[str]
    task_version: Mapped[str]
    task_tag: Mapped[str]
    dept_code: Mapped[str]
    co_department: Mapped[str]
    use_level: Mapped[str]
    district: Mapped[str]
    by_law: Mapped[str]
    server_type: Mapped[list[str]] = mapped_column(JSONB)
    accept_condition: Mapped[str]
    handle_flow: Mapped[str]
    handle_type: Mapped[str]
    project_type: Mapped[str]
    limit_scene_num: Mapped[int | None]
    is_online: Mapped[bool | None]
    online_handle_url: Mapped[str]
    online_platform: Mapped[str]
    is_schedule: Mapped[bool | None]
    schedule_url: Mapped[str]
    is_express: Mapped[bool | None]
    handle_area: Mapped[str]
    result_name: Mapped[str]
    anticipate_day: Mapped[int | None]
    anticipate_type: Mapped[str]
    promise_day: Mapped[int | None]
    promise_type: Mapped[str]
    is_fee: Mapped[bool | None]
    fee_basis: Mapped[str]
    fee_project: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    transact_addr: Mapped[str]
    transact_time: Mapped[str]
    link_way: Mapped[str]
    supervise_way: Mapped[str]
    material: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    question: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    user_topic_type: Mapped[list[str]] = mapped_column(JSONB)
    corp_topic_type: Mapped[list[str]] = mapped_column(JSONB)
    hall_codes: Mapped[list[str]] = mapped_column(JSONB)
    service_code: Mapped[str]
    source: Mapped[str]
    situations: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
