"""Damian, Lee & Soltanolkotabi (COLT 2022): the measured checks of ``theory.papers.damian2022``, and their figures."""
